/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocks and objects: see store.h.  A block is in the list of those that are free, or in two: that of its
 * file, and that of all whose places have the same hash.  Number 0 is no block.
 */
#include "store.h"

#include <stddef.h>

#include "door.h"
#include "sys/object.h"
#include "sys/window.h"

#define HASH_BITS 11
#define ROUND     8192u /* pages by which an object grows that nobody else has: its size costs nothing */

static struct block {
    uint32_t index;
    uint16_t file;
    uint16_t next; /* of the file; or the next free one */
    uint16_t same; /* the next one with this hash */
} block[STORE_BLOCKS + 1];

static struct file {
    uint32_t object, number; /* its descriptor, or 0; and for the window */
    uint32_t pages;
    uint16_t first;
    bool given;
} file_of[STORE_FILES];

static uint16_t with_hash[1 << HASH_BITS];
static uint16_t first_free;
static uint32_t limit, touched, used; /* of blocks 1 to `touched` each has been in use */
static bool (*may)(uint32_t more);

void
store_start(uint32_t blocks, bool (*function)(uint32_t more))
{
    limit = blocks < STORE_BLOCKS ? blocks : STORE_BLOCKS;
    may = function;
}

/* Neighbours of one file get different ones, whatever the distance between them. */
static uint16_t *
list_of(uint32_t file, uint32_t index)
{
    return &with_hash[(file * 0x85ebca6bu + index) * 0x9e3779b1u >> (32 - HASH_BITS)];
}

bool
store_has(uint32_t file, uint32_t index)
{
    uint32_t i = *list_of(file, index);

    while (i && (block[i].index != index || block[i].file != file))
        i = block[i].same;
    return i;
}

void *
store_at(uint32_t file, uint32_t index)
{
    uint32_t state;
    void *page;

    return window_open(file_of[file].number, index, &page, &state) ? NULL : page;
}

bool
store_reserve(uint32_t blocks)
{
    return blocks == 0 || (blocks <= limit - used && may(blocks));
}

/* --- Objects. */

/* Each has a descriptor; but there is always one left for a reply. */
static bool
make_object(struct file *f)
{
    struct result r = object_new_ram_disk(0, &f->number), spare;

    if (r.error)
        return false;
    spare = descriptor_duplicate(r.value, RIGHT_READ, 0);
    if (spare.error) {
        object_delete(r.value);
        descriptor_close(r.value);
        return false;
    }
    descriptor_close(spare.value);
    f->object = r.value;
    return true;
}

static void
end_object(struct file *f)
{
    if (f->object) {
        window_forget(f->number, 0);
        object_delete(f->object);
        descriptor_close(f->object);
    }
    *f = (struct file){0};
}

/* `pages` of it are there, and all behind them go. */
static bool
set_pages(struct file *f, uint32_t pages)
{
    if (pages == f->pages)
        return true;
    if (pages < f->pages)
        window_forget(f->number, pages);
    if (object_resize(f->object, pages).error)
        return false;
    f->pages = pages;
    return true;
}

/* There is an object, and this page is in it. */
static bool
has_room(struct file *f, uint32_t index)
{
    if (!f->object && !make_object(f))
        return false;
    return index < f->pages || set_pages(f, f->given ? index + 1 : (index / ROUND + 1) * ROUND);
}

/* --- Blocks. */

static uint32_t
take(void)
{
    uint32_t i = first_free;

    used++;
    if (!i)
        return ++touched;
    first_free = block[i].next;
    return i;
}

void *
store_add(uint32_t file, uint32_t index)
{
    struct file *f = &file_of[file];
    uint16_t *list = list_of(file, index);
    void *bytes = has_room(f, index) ? store_at(file, index) : NULL;
    uint32_t i;

    if (!bytes)
        return NULL;
    i = take();
    block[i] = (struct block){.index = index, .file = file, .next = f->first, .same = *list};
    f->first = i;
    *list = i;
    return bytes;
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

static void
free_blocks(struct file *f, uint32_t index)
{
    uint16_t *link = &f->first;

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

void
store_cut(uint32_t file, uint32_t index)
{
    struct file *f = &file_of[file];

    free_blocks(f, index);
    if (f->given || f->first) {
        if (index < f->pages)
            set_pages(f, index);
    } else {
        store_forget(file);
    }
}

void
store_forget(uint32_t file)
{
    struct file *f = &file_of[file];

    free_blocks(f, 0);
    end_object(f);
}

struct result
store_give(uint32_t file, uint32_t pages)
{
    struct file *f = &file_of[file];

    if ((!f->object && !make_object(f)) || !set_pages(f, pages))
        return (struct result){-1, ERR_LIMIT};
    f->given = true;
    return (struct result){f->object, 0};
}

bool
store_given(uint32_t file)
{
    return file_of[file].given;
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
