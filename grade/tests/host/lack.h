/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that is not there: of what files ask for that are compiled with calloc and so on under these names,
 * one piece is refused.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Which one from now on: 1 is the next, 0 none. */
void lack(unsigned which);

extern bool lacked; /* it has been refused */

void *lack_malloc(size_t size);
void *lack_calloc(size_t count, size_t size);
void *lack_realloc(void *memory, size_t size);
