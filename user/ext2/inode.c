/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inodes: see inode.h.
 */
#include "inode.h"

#include "abi/stream.h"
#include "allocate.h"
#include "cache.h"
#include "flush.h"
#include "fs.h"
#include "text.h"

#define MODE_FILE      (EXT2_FILE | 0644)
#define MODE_DIRECTORY (EXT2_DIRECTORY | 0755)

static uint32_t
find(uint32_t number, struct ext2_inode **inode)
{
    uint32_t index = number - 1, each = fs.block / fs.inode_size, error;
    struct ext2_group *d;
    uint8_t *block;

    if (index >= fs.super.inodes)
        return ERR_FORMAT;
    error = fs_group(index / fs.super.group_inodes, &d);
    index %= fs.super.group_inodes;
    if (!error)
        error = cache_read(d->inode_table + index / each, &block);
    if (!error)
        *inode = (struct ext2_inode *)(block + index % each * fs.inode_size);
    return error;
}

static uint32_t
kind_of(const struct ext2_inode *i)
{
    if (i->flags & EXT2_FOREIGN)
        return 0;
    switch (i->mode & EXT2_KIND) {
    case EXT2_FILE:
        return STREAM_FILE;
    case EXT2_DIRECTORY:
        return STREAM_DIRECTORY;
    default:
        return 0;
    }
}

uint32_t
inode_read(uint32_t number, struct node *node)
{
    struct ext2_inode *i;
    uint32_t error = find(number, &i);

    if (error)
        return error;
    if (i->links == 0 || i->mode == 0 || free_is_pending(number) || (number < fs.first_inode && number != EXT2_ROOT))
        return ERR_STALE;
    node->number = number;
    node->kind = kind_of(i);
    node->i = *i;
    return 0;
}

uint32_t
inode_write(const struct node *node)
{
    struct ext2_inode *i;
    uint32_t error = find(node->number, &i);

    if (error)
        return error;
    *i = node->i;
    cache_change(i, ORDER_INODES);
    return 0;
}

/* All of it is zeros, what this revision of the code does not know included. */
uint32_t
inode_clear(uint32_t number)
{
    struct ext2_inode *i;
    uint32_t error = find(number, &i), generation;

    if (error)
        return error;
    generation = i->generation;
    memset(i, 0, fs.inode_size);
    i->generation = generation;
    cache_change(i, ORDER_INODES);
    return 0;
}

uint32_t
inode_make(uint32_t parent, uint32_t kind, struct node *node)
{
    bool directory = kind == STREAM_DIRECTORY;
    uint32_t error = inode_allocate((parent - 1) / fs.super.group_inodes, directory, &node->number);
    struct ext2_inode *i;

    if (error)
        return error;
    error = inode_clear(node->number);
    if (!error)
        error = find(node->number, &i);
    if (error) {
        inode_free(node->number, directory);
        return error;
    }
    node->kind = kind;
    node->i = (struct ext2_inode){.mode = directory ? MODE_DIRECTORY : MODE_FILE, .generation = i->generation + 1};
    inode_touch(node);
    return 0;
}

uint32_t
inode_size(const struct node *node)
{
    return node->kind == STREAM_FILE && node->i.size_high ? UINT32_MAX : node->i.size;
}

void
inode_touch(struct node *node)
{
    uint32_t now = seconds();

    if (now)
        node->i.modified = node->i.changed = now;
}

static uint32_t
generation_of(const struct node *node)
{
    return node->i.generation & (UINT32_MAX >> fs.number_bits);
}

uint32_t
inode_cookie(const struct node *node)
{
    return node->number == EXT2_ROOT ? COOKIE_ROOT : generation_of(node) << fs.number_bits | node->number;
}

uint32_t
inode_of(uint32_t cookie, struct node *node)
{
    uint32_t number = cookie & ((1u << fs.number_bits) - 1);
    uint32_t error;

    if (cookie == COOKIE_ROOT)
        return inode_read(EXT2_ROOT, node);
    error = number == 0 || number > fs.super.inodes ? ERR_STALE : inode_read(number, node);
    return error ? error : inode_cookie(node) == cookie ? 0 : ERR_STALE;
}
