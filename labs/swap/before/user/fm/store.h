/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory of files: blocks of 4 KiB.  Each block that is in use belongs to a place, the so-many-th
 * block of a file; a hash table tells which block is at a place.  So there are no index blocks, holes cost
 * nothing wherever they are, and how many blocks a change needs is simply how many places are empty.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define BLOCK        4096u
#define STORE_BLOCKS 4096u /* at most: 16 MiB */
#define STORE_FILES  4096u /* their numbers are below */

/*
 * `blocks` of them can lie at `memory`; `more(at, size)` is asked for it, piece by piece, and brings zeros,
 * or answers false.
 */
void store_start(void *memory, uint32_t blocks, bool (*more)(void *at, uint32_t size));

/* What is there, or NULL. */
void *store_find(uint32_t file, uint32_t index);

/* Could so many blocks be added?  If so that cannot fail. */
bool store_reserve(uint32_t blocks);

/* A block of zeros for an empty place; it has been reserved. */
void *store_add(uint32_t file, uint32_t index);

/* The file's blocks from this one on go. */
void store_cut(uint32_t file, uint32_t index);

uint32_t store_blocks(void);
uint32_t store_used(void);
