/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * malloc and its kin, as in the C library.  There is none until the program has said
 * which memory is to be dealt out.  Not for several threads at once.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* This memory, of the program's own. */
void heap_use(void *arena, size_t size);

/*
 * Pages that are mapped as they are needed, up to `pages` from `address` on.  `process`: a descriptor
 * of the program's own.
 */
void heap_map(uint32_t process, uint32_t address, uint32_t pages);

/* Aligned to 8 bytes; NULL if there is not enough. */
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *memory, size_t size);
void free(void *memory);
