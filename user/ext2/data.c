/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The content of files: see data.h.
 */
#include "data.h"

#include "files.h"
#include "flush.h"
#include "fs.h"
#include "text.h"
#include "tree.h"

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Blocks that are one behind the other on the disk come with one request. */
static uint32_t
read_blocks(const struct node *file, uint32_t index, uint32_t blocks, uint8_t *to)
{
    uint32_t error = 0, block, count;

    for (; blocks && !error; blocks -= count, index += count, to += count * fs.block) {
        error = tree_run(file, index, blocks, &block, &count);
        if (!error && block)
            error = fs.device.read(block * fs.sectors, count * fs.sectors, to);
        else
            memset(to, 0, count * fs.block);
    }
    return error;
}

uint32_t
data_read(const struct node *file, uint32_t page, uint32_t pages, void *to)
{
    uint32_t each = PAGE / fs.block, bytes = pages * PAGE, size = inode_size(file);
    uint32_t there = size / PAGE < page ? 0 : least(size - page * PAGE, bytes), error;

    memset((uint8_t *)to + there, 0, bytes - there);
    error = read_blocks(file, page * each, (there + fs.block - 1) / fs.block, to);
    memset((uint8_t *)to + there, 0, least(bytes - there, fs.block));
    return error;
}

static bool
is_zero(const uint8_t *bytes, uint32_t size)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

/* Blocks for those that have none, and something in them. */
static uint32_t
fill_holes(struct node *file, uint32_t index, uint32_t blocks, const uint8_t *from)
{
    uint32_t error = 0, block;
    bool changed = false;

    for (uint32_t i = 0; i < blocks && !error; i++) {
        error = tree_find(file, index + i, &block);
        if (error || block || is_zero(from + i * fs.block, fs.block))
            continue;
        error = data_reserve(file, (index + i) * fs.block, fs.block);
        changed |= !error;
    }
    if (changed && inode_write(file))
        error = ERR_DISK;
    return error;
}

static uint32_t
write_blocks(const struct node *file, uint32_t index, uint32_t blocks, const uint8_t *from)
{
    uint32_t error = 0, block, count;

    for (; blocks && !error; blocks -= count, index += count, from += count * fs.block) {
        error = tree_run(file, index, blocks, &block, &count);
        if (!error && block)
            error = fs.device.write(block * fs.sectors, count * fs.sectors, from);
    }
    return error;
}

uint32_t
data_write(struct node *file, uint32_t page, uint32_t pages, const void *from)
{
    uint32_t each = PAGE / fs.block, size = inode_size(file), there, error;

    if (size / PAGE < page)
        return 0;
    there = (least(size - page * PAGE, pages * PAGE) + fs.block - 1) / fs.block;
    error = flush_room();
    if (!error)
        error = fill_holes(file, page * each, there, from);
    return error ? error : write_blocks(file, page * each, there, from);
}

uint32_t
data_reserve(struct node *file, uint32_t offset, uint32_t size)
{
    uint32_t first = offset / fs.block, last = (offset + size - 1) / fs.block, missing, error, block;

    if (size > FILE_SIZE_MAX || offset > FILE_SIZE_MAX - size)
        return ERR_FILE_BIG;
    if (size == 0)
        return 0;
    error = tree_missing(file, first, last, &missing);
    if (!error && missing > fs.super.blocks_free)
        error = ERR_NO_SPACE;
    for (uint32_t i = first; i <= last && !error; i++)
        if ((error = tree_add(file, i, &block)))
            tree_cut(file, (inode_size(file) + fs.block - 1) / fs.block);
    return error;
}

uint32_t
data_resize(struct node *file, uint32_t size)
{
    uint32_t error = 0;

    if (size > FILE_SIZE_MAX)
        return ERR_FILE_BIG;
    if (size < inode_size(file))
        error = tree_cut(file, (size + fs.block - 1) / fs.block);
    if (error)
        return error;
    file->i.size = size;
    file->i.size_high = 0;
    return 0;
}
