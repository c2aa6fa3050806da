/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocks and places: see store.h.  A block is in the list of those that are free, or in two: that of its
 * file, and that of all whose places have the same hash.  Number 0 is no block.
 */
#include "store.h"

#include <stddef.h>

#include "text.h"

#define PIECE     64u /* blocks that are asked for at once */
#define HASH_BITS 11

static struct block {
    uint32_t index;
    uint16_t file;
    uint16_t next; /* of the file; or the next free one */
    uint16_t same; /* the next one with this hash */
} block[STORE_BLOCKS + 1];

static uint16_t first_of[STORE_FILES], with_hash[1 << HASH_BITS];
static uint16_t first_free;
static uint32_t limit, mapped, touched, used; /* of blocks 1 to `touched` each has been in use; the others are zeros */
static uint8_t *memory;
static bool (*more)(void *at, uint32_t size);

void
store_start(void *at, uint32_t blocks, bool (*function)(void *at, uint32_t size))
{
    memory = at;
    limit = blocks < STORE_BLOCKS ? blocks : STORE_BLOCKS;
    more = function;
}

/* Neighbours of one file get different ones, whatever the distance between them. */
static uint16_t *
list_of(uint32_t file, uint32_t index)
{
    return &with_hash[(file * 0x85ebca6bu + index) * 0x9e3779b1u >> (32 - HASH_BITS)];
}

static void *
content(uint32_t number)
{
    return memory + (number - 1) * BLOCK;
}

void *
store_find(uint32_t file, uint32_t index)
{
    uint32_t i = *list_of(file, index);

    while (i && (block[i].index != index || block[i].file != file))
        i = block[i].same;
    return i ? content(i) : NULL;
}

/* What has been mapped stays so, even if it does not suffice. */
bool
store_reserve(uint32_t blocks)
{
    if (blocks > limit - used)
        return false;
    while (blocks > mapped - used) {
        uint32_t piece = limit - mapped < PIECE ? limit - mapped : PIECE;

        if (!more(content(mapped + 1), piece * BLOCK))
            return false;
        mapped += piece;
    }
    return true;
}

static uint32_t
take(void)
{
    uint32_t i = first_free;

    used++;
    if (!i)
        return ++touched;
    first_free = block[i].next;
    memset(content(i), 0, BLOCK);
    return i;
}

void *
store_add(uint32_t file, uint32_t index)
{
    uint16_t *list = list_of(file, index);
    uint32_t i = take();

    block[i] = (struct block){.index = index, .file = file, .next = first_of[file], .same = *list};
    first_of[file] = i;
    *list = i;
    return content(i);
}

/* `i` is no longer where its hash says. */
static void
forget(uint32_t i)
{
    uint16_t *link = list_of(block[i].file, block[i].index);

    while (*link != i)
        link = &block[*link].same;
    *link = block[i].same;
}

void
store_cut(uint32_t file, uint32_t index)
{
    uint16_t *link = &first_of[file];

    while (*link) {
        uint32_t i = *link;

        if (block[i].index < index) {
            link = &block[i].next;
            continue;
        }
        forget(i);
        *link = block[i].next;
        block[i].next = first_free;
        first_free = i;
        used--;
    }
}

uint32_t
store_blocks(void)
{
    return limit;
}

uint32_t
store_used(void)
{
    return used;
}
