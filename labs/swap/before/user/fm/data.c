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

const void *
data_at(const struct node *file, uint32_t offset, uint32_t *size)
{
    static uint8_t zeros[BLOCK]; /* not const, or they would lie in the executable */
    const uint8_t *block = store_find(node_number(file), offset / BLOCK);

    *size = least(*size, BLOCK - offset % BLOCK);
    if (block)
        return block + offset % BLOCK;
    if (offset >= file->archived)
        return zeros;
    *size = least(*size, file->archived - offset);
    return file->archive + offset;
}

/* How many of these blocks are not there yet. */
static uint32_t
missing(const struct node *file, uint32_t first, uint32_t last)
{
    uint32_t count = 0;

    for (; first <= last; first++)
        count += !store_find(node_number(file), first);
    return count;
}

/* A block that can be written, with what was there before. */
static uint8_t *
own(struct node *file, uint32_t index)
{
    uint8_t *block = store_find(node_number(file), index);
    uint32_t start = index * BLOCK;

    if (block)
        return block;
    block = store_add(node_number(file), index);
    if (start < file->archived)
        memcpy(block, file->archive + start, least(BLOCK, file->archived - start));
    return block;
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
    if (!store_reserve(missing(file, offset / BLOCK, (end - 1) / BLOCK)))
        return ERR_NO_SPACE;
    for (uint32_t part; offset < end; offset += part, bytes += part) {
        part = least(end - offset, BLOCK - offset % BLOCK);
        memcpy(own(file, offset / BLOCK) + offset % BLOCK, bytes, part);
    }
    if (end > file->size)
        file->size = end;
    node_touch(file);
    return 0;
}

/* Zeros behind a new end, which is before the old one. */
static void
clear_end(const struct node *file, uint32_t size)
{
    uint8_t *block = store_find(node_number(file), size / BLOCK);

    if (block)
        memset(block + size % BLOCK, 0, BLOCK - size % BLOCK);
}

uint32_t
data_resize(struct node *file, uint32_t size)
{
    if (size > FILE_SIZE_MAX)
        return ERR_FILE_BIG;
    if (size < file->size) {
        store_cut(node_number(file), (size + BLOCK - 1) / BLOCK);
        clear_end(file, size);
        file->archived = least(file->archived, size);
    }
    file->size = size;
    node_touch(file);
    return 0;
}

void
data_set(struct node *file, const void *archive, uint32_t size)
{
    file->archive = archive;
    file->archived = file->size = size;
}
