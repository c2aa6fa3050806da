/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The content of files: see data.h.
 */
#include "data.h"

#include "text.h"

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t
blocks_of(uint32_t size)
{
    return (size + BLOCK - 1) / BLOCK;
}

const void *
data_at(const struct node *file, uint32_t offset, uint32_t *size)
{
    static uint8_t zeros[BLOCK]; /* not const, or they would lie in the executable */
    const uint8_t *block;

    *size = least(*size, BLOCK - offset % BLOCK);
    if (store_has(node_number(file), offset / BLOCK)) {
        block = store_at(node_number(file), offset / BLOCK);
        return block ? block + offset % BLOCK : NULL;
    }
    if (offset >= file->archived)
        return zeros;
    *size = least(*size, file->archived - offset);
    return file->archive + offset;
}

/* A block more, with what was there before. */
static bool
add(struct node *file, uint32_t index)
{
    uint8_t *block = store_add(node_number(file), index);
    uint32_t start = index * BLOCK;

    if (block && start < file->archived)
        memcpy(block, file->archive + start, least(BLOCK, file->archived - start));
    return block;
}

/* How many of the blocks [first, last) are not there yet. */
static uint32_t
missing(const struct node *file, uint32_t first, uint32_t last)
{
    uint32_t count = 0;

    for (; first < last; first++)
        count += !store_has(node_number(file), first);
    return count;
}

/* All of [first, last) are there.  If not, some may be; what is in the file is the same. */
static bool
bring(struct node *file, uint32_t first, uint32_t last)
{
    if (last > first && last - first > store_blocks())
        return false;
    if (!store_reserve(missing(file, first, last)))
        return false;
    for (; first < last; first++)
        if (!store_has(node_number(file), first) && !add(file, first))
            return false;
    return true;
}

/* Zeros from `size` to the end of its block.  False: it cannot be shown. */
static bool
clear_end(const struct node *file, uint32_t size)
{
    uint8_t *block;

    if (size % BLOCK == 0 || !store_has(node_number(file), size / BLOCK))
        return true;
    block = store_at(node_number(file), size / BLOCK);
    if (block)
        memset(block + size % BLOCK, 0, BLOCK - size % BLOCK);
    return block;
}

/* The file can become longer. */
static bool
prepare_end(struct node *file, uint32_t size)
{
    uint32_t number = node_number(file), old = blocks_of(file->size);

    if (!store_given(number) || size <= file->size)
        return true;
    if (bring(file, old, blocks_of(size)) && clear_end(file, file->size))
        return true;
    store_cut(number, old);
    return false;
}

/* The blocks [first, last) are where they can be written, all at once. */
static bool
prepare(struct node *file, uint32_t first, uint32_t last)
{
    if (!bring(file, first, last))
        return false;
    for (; first < last; first++)
        if (!store_at(node_number(file), first))
            return false;
    return true;
}

uint32_t
data_write(struct node *file, uint32_t offset, const void *from, uint32_t size)
{
    const uint8_t *bytes = from;
    uint32_t end = offset + size;

    if (size > FILE_SIZE_MAX || offset > FILE_SIZE_MAX - size)
        return ERR_FILE_BIG;
    if (size == 0)
        return 0;
    if (!prepare_end(file, end) || !prepare(file, offset / BLOCK, blocks_of(end)))
        return ERR_NO_SPACE;
    for (uint32_t part; offset < end; offset += part, bytes += part) {
        part = least(end - offset, BLOCK - offset % BLOCK);
        memcpy((uint8_t *)store_at(node_number(file), offset / BLOCK) + offset % BLOCK, bytes, part);
    }
    if (end > file->size)
        file->size = end;
    node_touch(file);
    return 0;
}

uint32_t
data_resize(struct node *file, uint32_t size)
{
    if (size > FILE_SIZE_MAX)
        return ERR_FILE_BIG;
    if (!prepare_end(file, size) || (size < file->size && !clear_end(file, size)))
        return ERR_NO_SPACE;
    if (size < file->size) {
        store_cut(node_number(file), blocks_of(size));
        file->archived = least(file->archived, size);
    }
    file->size = size;
    node_touch(file);
    return 0;
}

struct result
data_map(struct node *file)
{
    uint32_t blocks = blocks_of(file->size);
    struct result object = {-1, ERR_NO_SPACE};

    if (bring(file, 0, blocks) && clear_end(file, file->size))
        object = store_give(node_number(file), blocks);
    if (object.error)
        object.error = ERR_NO_SPACE;
    return object;
}

void
data_set(struct node *file, const void *archive, uint32_t size)
{
    file->archive = archive;
    file->archived = file->size = size;
}
