/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory of files: blocks of 4 KiB, the pages of memory objects, one object for each file that has any.  A hash table tells
 * which block of a file there is; so holes cost nothing wherever they are, and how many blocks a change needs
 * is simply how many places are empty.
 *
 * Who has been given an object may map it, and what he touches there has to be there already: no page of it comes but by
 * store_add().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "call.h"

#define BLOCK        4096u
#define STORE_BLOCKS 4096u /* at most: 16 MiB */
#define STORE_FILES  4096u /* their numbers are below */

/* There can be so many `blocks`; `may(more)`: has the machine memory for more of them? */
void store_start(uint32_t blocks, bool (*may)(uint32_t more));

bool store_has(uint32_t file, uint32_t index);

/* A block that there is; NULL: it cannot be shown.  It stays where it is until many others have been looked at. */
void *store_at(uint32_t file, uint32_t index);

/* Could so many blocks be added? */
bool store_reserve(uint32_t blocks);

/* A block of zeros for an empty place; it has been reserved.  NULL: somebody else has had the memory. */
void *store_add(uint32_t file, uint32_t index);

/* The file's blocks from this one on go. */
void store_cut(uint32_t file, uint32_t index);

/* The file is no more. */
void store_forget(uint32_t file);

/* Value: the file's object, to be given away; it has so many pages, which are all there.  It is never another one. */
struct result store_give(uint32_t file, uint32_t pages);
bool store_given(uint32_t file);

uint32_t store_blocks(void);
uint32_t store_used(void);
