/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Metadata in memory: see cache.h.
 */
#include "cache.h"

#include "flush.h"
#include "fs.h"
#include "text.h"

static struct buffer {
    uint32_t block; /* 0: none; the superblock is not here */
    uint32_t used;  /* when, in `now` */
    enum order order;
    bool changed, gains;
} buffer[CACHE_BLOCKS];

static uint8_t content[CACHE_BLOCKS][BLOCK_MAX] __attribute__((aligned(BLOCK_MAX)));
static uint32_t now, changed;

void
cache_start(void)
{
    memset(buffer, 0, sizeof(buffer));
    now = changed = 0;
}

static struct buffer *
find(uint32_t block)
{
    static struct buffer *last = buffer;

    if (last->block == block)
        return last;
    for (struct buffer *b = buffer; b < buffer + CACHE_BLOCKS; b++)
        if (b->block == block)
            return last = b;
    return NULL;
}

static struct buffer *
buffer_at(const void *data)
{
    return &buffer[((const uint8_t *)data - content[0]) / BLOCK_MAX];
}

static uint32_t
write(struct buffer *b)
{
    uint32_t error = flush_begin();

    if (!error)
        error = fs.device.write(b->block * fs.sectors, fs.sectors, content[b - buffer]);
    if (error)
        return error;
    b->changed = b->gains = false;
    changed--;
    return 0;
}

/* The one that has not been used for the longest time, and can go. */
static struct buffer *
oldest(void)
{
    struct buffer *found = NULL;

    for (struct buffer *b = buffer; b < buffer + CACHE_BLOCKS; b++)
        if (!(b->changed && b->order != ORDER_NONE) && (!found || now - b->used > now - found->used))
            found = b;
    return found;
}

static uint32_t
take(uint32_t block, struct buffer **taken)
{
    struct buffer *b = oldest();
    uint32_t error = !b ? ERR_LIMIT : b->changed ? write(b) : 0;

    if (error)
        return error;
    *b = (struct buffer){.block = block};
    *taken = b;
    return 0;
}

static void *
use(struct buffer *b)
{
    b->used = ++now;
    return content[b - buffer];
}

uint32_t
cache_read(uint32_t block, void *data)
{
    struct buffer *b = find(block);
    uint32_t error = 0;

    if (!b) {
        error = take(block, &b);
        if (!error && (error = fs.device.read(block * fs.sectors, fs.sectors, content[b - buffer])))
            b->block = 0;
    }
    if (!error)
        *(void **)data = use(b);
    return error;
}

uint32_t
cache_new(uint32_t block, void *data)
{
    struct buffer *b = find(block);
    uint32_t error = b ? 0 : take(block, &b);

    if (error)
        return error;
    *(void **)data = use(b);
    memset(content[b - buffer], 0, fs.block);
    cache_change(content[b - buffer], ORDER_NEW);
    return 0;
}

/* What is new stays so, and who has lost an entry stays behind the others. */
void
cache_change(const void *data, enum order order)
{
    struct buffer *b = buffer_at(data);

    if (!b->changed || (order == ORDER_LOSES && b->order == ORDER_DIRECTORY))
        b->order = order;
    changed += !b->changed;
    b->changed = true;
}

void
cache_forget(uint32_t block)
{
    struct buffer *b = find(block);

    if (!b)
        return;
    changed -= b->changed;
    *b = (struct buffer){0};
}

uint32_t
cache_changed(void)
{
    return changed;
}

uint32_t
cache_write(enum order order, bool *written)
{
    uint32_t error = 0;

    for (struct buffer *b = buffer; b < buffer + CACHE_BLOCKS && !error; b++)
        if (b->changed && b->order == order) {
            error = write(b);
            *written = true;
        }
    return error;
}

bool
cache_may_move(uint32_t loses, uint32_t gains)
{
    struct buffer *l = find(loses), *g = find(gains);

    return !(l && l->gains) && !(g && g->changed && g->order == ORDER_LOSES);
}

void
cache_gains(const void *data)
{
    buffer_at(data)->gains = true;
}
