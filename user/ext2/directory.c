/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in directories: see directory.h.
 */
#include "directory.h"

#include "cache.h"
#include "flush.h"
#include "fs.h"
#include "path.h"
#include "text.h"
#include "tree.h"

/* Entry by entry.  `e` is good as long as an address of the cache is. */
struct walk {
    const struct node *directory;
    uint32_t index; /* of the block in the directory */
    struct spot spot;
    uint32_t size;  /* of the entry */
    struct ext2_entry *e;
};

/* Where a list has come to: who asks for entry by entry does not begin anew each time. */
static struct {
    struct walk walk;
    uint32_t number, index; /* of the directory; and of the entry that comes next */
    uint32_t changes;
} last;

static uint32_t changes; /* of all directories */

static uint32_t
need(uint32_t length)
{
    return (EXT2_ENTRY_MIN + length + 3) & ~3u;
}

static bool
is_entry(const struct ext2_entry *e, uint32_t offset)
{
    return e->size % 4 == 0 && e->size <= fs.block - offset && EXT2_ENTRY_MIN + e->length <= e->size
        && e->inode <= fs.super.inodes;
}

/* What lies at this spot. */
static uint32_t
entry_at(const struct spot *spot, struct ext2_entry **e)
{
    uint8_t *block;
    uint32_t error = cache_read(spot->block, &block);

    if (error)
        return error;
    *e = (struct ext2_entry *)(block + spot->offset);
    return is_entry(*e, spot->offset) ? 0 : ERR_FORMAT;
}

static uint32_t
next_block(struct walk *w)
{
    uint32_t error;

    if (w->directory->i.size % fs.block)
        return ERR_FORMAT;
    if (w->index >= w->directory->i.size / fs.block)
        return ERR_NO_FILE;
    error = tree_find(w->directory, w->index++, &w->spot.block);
    w->spot.offset = 0;
    return error || w->spot.block ? error : ERR_FORMAT;
}

/* The next entry, free ones too: 0; ERR_NO_FILE at the end; ERR_FORMAT, ERR_DISK. */
static uint32_t
next(struct walk *w)
{
    uint32_t error = 0;

    w->spot.offset += w->size;
    if (!w->spot.block || w->spot.offset >= fs.block)
        error = next_block(w);
    if (!error)
        error = entry_at(&w->spot, &w->e);
    if (!error)
        w->size = w->e->size;
    return error;
}

static bool
is_called(const struct ext2_entry *e, const char *name)
{
    return e->inode && e->length == strlen(name) && memcmp(e->name, name, e->length) == 0;
}

static bool
is_dots(const struct ext2_entry *e)
{
    return is_called(e, ".") || is_called(e, "..");
}

uint32_t
directory_find(const struct node *directory, const char *name, uint32_t *number, struct spot *spot)
{
    struct walk w = {.directory = directory};
    uint32_t error;

    while (!(error = next(&w)))
        if (is_called(w.e, name)) {
            *number = w.e->inode;
            *spot = w.spot;
            return 0;
        }
    return error;
}

/* --- Changes. */

/* The bytes that an entry itself takes. */
static uint32_t
taken(const struct ext2_entry *e)
{
    return e->inode ? need(e->length) : 0;
}

uint32_t
directory_room(const struct node *directory, const char *name, struct spot *spot)
{
    struct walk w = {.directory = directory};
    uint32_t error, wanted = need(strlen(name)), blocks;

    while (!(error = next(&w)))
        if (w.size >= taken(w.e) + wanted) {
            *spot = w.spot;
            return 0;
        }
    *spot = (struct spot){0};
    if (error != ERR_NO_FILE)
        return error;
    error = tree_missing(directory, w.index, w.index, &blocks);
    return error ? error : blocks <= fs.super.blocks_free ? 0 : ERR_NO_SPACE;
}

static void
refer(struct ext2_entry *e, const struct node *node)
{
    e->inode = node->number;
    e->kind = !(fs.super.incompatible & EXT2_FILE_TYPE) ? 0
        : node->kind == STREAM_DIRECTORY ? EXT2_KIND_DIRECTORY : EXT2_KIND_FILE;
}

/* A block that is one free entry. */
static uint32_t
add_block(struct node *directory, struct spot *spot)
{
    uint32_t error = tree_add(directory, directory->i.size / fs.block, &spot->block);
    struct ext2_entry *e;

    spot->offset = 0;
    if (!error)
        error = cache_new(spot->block, &e);
    if (error)
        return error;
    e->size = fs.block;
    directory->i.size += fs.block;
    return 0;
}

uint32_t
directory_add(struct node *directory, struct spot *spot, const char *name, const struct node *node, bool moved)
{
    uint32_t error = spot->block ? 0 : add_block(directory, spot), used;
    struct ext2_entry *e;

    if (!error)
        error = entry_at(spot, &e);
    if (error)
        return error;
    used = taken(e);
    if (used) {
        struct ext2_entry *before = e;

        e = (struct ext2_entry *)((uint8_t *)e + used);
        e->size = before->size - used;
        before->size = used;
    }
    changes++;
    refer(e, node);
    e->length = strlen(name);
    memcpy(e->name, name, e->length);
    cache_change(e, ORDER_DIRECTORY);
    if (moved)
        cache_gains(e);
    return 0;
}

uint32_t
directory_set(const struct spot *spot, const struct node *node)
{
    struct ext2_entry *e;
    uint32_t error = entry_at(spot, &e);

    if (error)
        return error;
    changes++;
    refer(e, node);
    cache_change(e, ORDER_DIRECTORY);
    cache_gains(e);
    return 0;
}

/* Its bytes go to the entry before it, if there is one in the block. */
uint32_t
directory_remove(const struct spot *spot, bool moved)
{
    struct spot before = {.block = spot->block};
    struct ext2_entry *e, *removed;
    uint32_t error = entry_at(&before, &e);

    while (!error && before.offset + e->size < spot->offset) {
        before.offset += e->size;
        error = entry_at(&before, &e);
    }
    if (!error)
        error = entry_at(spot, &removed);
    if (error)
        return error;
    if (spot->offset && before.offset + e->size == spot->offset)
        e->size += removed->size;
    changes++;
    removed->inode = 0;
    cache_change(removed, moved ? ORDER_LOSES : ORDER_DIRECTORY);
    return 0;
}

uint32_t
directory_make(struct node *directory, uint32_t parent)
{
    const struct node above = {.number = parent, .kind = STREAM_DIRECTORY};
    struct spot spot = {0};
    uint32_t error = directory_add(directory, &spot, ".", directory, false);

    return error ? error : directory_add(directory, &spot, "..", &above, false);
}

/* --- ".." */

static uint32_t
find_above(const struct node *directory, struct spot *spot)
{
    uint32_t number, error = directory_find(directory, "..", &number, spot);

    return error == ERR_NO_FILE ? ERR_FORMAT : error;
}

uint32_t
directory_check(const struct node *directory)
{
    struct spot spot;

    return find_above(directory, &spot);
}

uint32_t
directory_move(const struct node *directory, uint32_t parent)
{
    struct spot spot;
    struct ext2_entry *e;
    uint32_t error = find_above(directory, &spot);

    if (!error)
        error = entry_at(&spot, &e);
    if (error)
        return error;
    e->inode = parent;
    cache_change(e, ORDER_DIRECTORY);
    return 0;
}

/* --- Lists. */

/* The next one that is shown. */
static uint32_t
next_shown(struct walk *w, char name[FILE_NAME_MAX], struct node *node)
{
    uint32_t error;

    while (!(error = next(w))) {
        if (!w->e->inode || is_dots(w->e) || !path_is_name(w->e->name, w->e->length))
            continue;
        memset(name, 0, FILE_NAME_MAX);
        memcpy(name, w->e->name, w->e->length);
        error = inode_read(w->e->inode, node);
        if (error == ERR_DISK || (!error && node->kind))
            return error;
    }
    return error;
}

uint32_t
directory_entry(const struct node *directory, uint32_t index, char name[FILE_NAME_MAX], struct node *node)
{
    struct walk w = {.directory = directory};
    uint32_t error = 0, i = 0;

    if (last.number == directory->number && last.changes == changes && last.index <= index) {
        w = last.walk;
        w.directory = directory;
        i = last.index;
    }
    for (; i <= index && !error; i++)
        error = next_shown(&w, name, node);
    if (!error) {
        last.walk = w;
        last.number = directory->number;
        last.index = index + 1;
        last.changes = changes;
    }
    return error;
}

uint32_t
directory_count(const struct node *directory, uint32_t *count)
{
    struct walk w = {.directory = directory};
    char name[FILE_NAME_MAX];
    struct node node;
    uint32_t error;

    for (*count = 0; !(error = next_shown(&w, name, &node)); ++*count)
        ;
    return error == ERR_NO_FILE ? 0 : error;
}

uint32_t
directory_empty(const struct node *directory, bool *empty)
{
    struct walk w = {.directory = directory};
    uint32_t error;

    while (!(error = next(&w)))
        if (w.e->inode && !is_dots(w.e))
            break;
    *empty = error == ERR_NO_FILE;
    return *empty ? 0 : error;
}
