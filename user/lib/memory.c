/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One heap: blocks that lie one behind the other, used ones and free ones.  The first
 * that is large enough is taken.  Neighbours that are free become one when
 * they are looked at, so free() has nothing to do.
 */
#include "memory.h"

#include <stdbool.h>

#include "process.h"
#include "text.h"

#define ALIGN 8u
#define PAGE  4096u

struct block {
    uint32_t size; /* with this header; a multiple of ALIGN */
    uint32_t used;
};

static struct {
    char *first, *end; /* of the blocks */
    char *limit;       /* up to here pages can be mapped */
    uint32_t process;
} heap;

/* The size of a block for so many bytes. */
static uint32_t
need_of(size_t size)
{
    return (sizeof(struct block) + size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

static struct block *
behind(struct block *b)
{
    return (struct block *)((char *)b + b->size);
}

static bool
is_free(const struct block *b)
{
    return (const char *)b < heap.end && !b->used;
}

void
heap_use(void *arena, size_t size)
{
    size_t skip = -(uintptr_t)arena & (ALIGN - 1);

    heap.first = heap.end = heap.limit = (char *)arena + skip;
    heap.process = 0;
    if (size < skip + sizeof(struct block))
        return;
    heap.end += (size - skip) & ~(size_t)(ALIGN - 1);
    heap.limit = heap.end;
    *(struct block *)heap.first = (struct block){heap.end - heap.first, 0};
}

void
heap_map(uint32_t process, uint32_t address, uint32_t pages)
{
    heap.first = heap.end = (char *)address;
    heap.limit = heap.first + pages * PAGE;
    heap.process = process;
}

/* Maps memory for `bytes` more, which become free blocks.  What is there stays when no more is to be had. */
static bool
grow(uint32_t bytes)
{
    uint32_t pages = (bytes + PAGE - 1) / PAGE;

    if (pages > (size_t)(heap.limit - heap.end) / PAGE)
        return false;
    while (pages) {
        uint32_t part = pages < MEMORY_PAGES_MAX ? pages : MEMORY_PAGES_MAX;

        if (memory_map(heap.process, (uint32_t)heap.end, part, MEMORY_WRITABLE).error)
            return false;
        *(struct block *)heap.end = (struct block){part * PAGE, 0};
        heap.end += part * PAGE;
        pages -= part;
    }
    return true;
}

/* A free block of `size` bytes or more, or NULL; then `tail` is how many are free at the end. */
static struct block *
find(uint32_t size, uint32_t *tail)
{
    *tail = 0;
    for (struct block *b = (struct block *)heap.first; (char *)b < heap.end; b = behind(b)) {
        while (!b->used && is_free(behind(b)))
            b->size += behind(b)->size;
        if (!b->used && b->size >= size)
            return b;
        *tail = b->used ? 0 : b->size;
    }
    return NULL;
}

/* Takes `size` bytes of a block; the others, if there are enough for a block, are free. */
static void *
take(struct block *b, uint32_t size)
{
    uint32_t rest = b->size - size;

    if (rest >= sizeof(*b)) {
        b->size = size;
        *behind(b) = (struct block){rest, 0};
    }
    b->used = 1;
    return b + 1;
}

void *
malloc(size_t size)
{
    uint32_t need = need_of(size), tail;
    struct block *b;

    if (size > (size_t)(heap.limit - heap.first))
        return NULL;
    b = find(need, &tail);
    if (!b && grow(need - tail))
        b = find(need, &tail);
    return b ? take(b, need) : NULL;
}

void *
calloc(size_t count, size_t size)
{
    void *memory;

    if (size && count > SIZE_MAX / size)
        return NULL;
    memory = malloc(count * size);
    if (memory)
        memset(memory, 0, count * size);
    return memory;
}

void *
realloc(void *memory, size_t size)
{
    uint32_t room = memory ? ((struct block *)memory - 1)->size - sizeof(struct block) : 0;
    void *moved;

    if (memory && size <= room)
        return take((struct block *)memory - 1, need_of(size));
    moved = malloc(size);
    if (memory && moved) {
        memcpy(moved, memory, room);
        free(memory);
    }
    return moved;
}

void
free(void *memory)
{
    if (memory)
        ((struct block *)memory - 1)->used = 0;
}
