/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that is freed all at once, and text that grows: see pool.h.
 */
#include "pool.h"

#include "memory.h"
#include "text.h"

#define GROWING_FIRST 64

struct pool_block {
    struct pool_block *next;
    _Alignas(8) char memory[];
};

void *
pool_new(struct pool *pool, size_t size)
{
    struct pool_block *block = calloc(1, sizeof(*block) + size);

    if (!block)
        return NULL;
    block->next = pool->blocks;
    pool->blocks = block;
    return block->memory;
}

char *
pool_text(struct pool *pool, const char *from, size_t length)
{
    char *text = pool_new(pool, length + 1);

    if (text)
        memcpy(text, from, length);
    return text;
}

void
pool_free(struct pool *pool)
{
    while (pool->blocks) {
        struct pool_block *block = pool->blocks;

        pool->blocks = block->next;
        free(block);
    }
}

/* Sees to it that `more` bytes and a zero fit behind what is there. */
static bool
room(struct growing *g, size_t more)
{
    size_t size = g->size ? g->size : GROWING_FIRST;
    char *moved;

    while (size < g->length + more + 1)
        size *= 2;
    if (size == g->size)
        return true;
    moved = realloc(g->text, size);
    if (!moved) {
        g->failed = true;
        return false;
    }
    g->text = moved;
    g->size = size;
    return true;
}

void
growing_add(struct growing *g, const char *text, size_t length)
{
    if (g->failed || !room(g, length))
        return;
    memcpy(g->text + g->length, text, length);
    g->length += length;
    g->text[g->length] = 0;
}

void
growing_put(struct growing *g, char c)
{
    growing_add(g, &c, 1);
}

void
growing_cut(struct growing *g, size_t length)
{
    if (g->text && length <= g->length) {
        g->length = length;
        g->text[length] = 0;
    }
}

void
growing_free(struct growing *g)
{
    free(g->text);
    *g = (struct growing){0};
}

const char *
growing_text(const struct growing *g)
{
    return g->text ? g->text : "";
}
