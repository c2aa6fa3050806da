/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message buffers, found once and then copied from one process to another.  A
 * message is shorter than a page, so a buffer lies in two pages at the most; they
 * are reached where all of RAM is mapped (user.c).
 */
#include "door.h"

// SINCE swap
/*
 * Could the page be written, if the manager of the process had not taken that right back?  It wants to know of a first
 * write: so that is as if the page were absent.
 */
static inline bool
is_held_back(const struct process *p, uint32_t entry, uint32_t use)
{
    bool may = entry & PAGE_GRANTED && !(entry & (PAGE_WRITABLE | PAGE_DEVICE));

    return may && use & PAGE_WRITABLE && p->manager.object->kind == OBJECT_DOOR;
}

// END swap
/* The kernel's address of a byte of `p`'s memory, which is going to be used so; NULL and `error` if it can't be. */
static inline char *
reach(const struct process *p, uint32_t address, uint32_t use, uint32_t *error)
{
    uint32_t table = ((uint32_t *)direct(p->space))[address >> 22], *entry;

    *error = ERR_ABSENT;
    if (!(table & PAGE_PRESENT))
        return NULL;
    entry = (uint32_t *)direct(page_down(table)) + address / PAGE_SIZE % 1024;
    if (!*entry)
        return NULL;
    // SINCE swap
    // < *error = ERR_ADDRESS;
    *error = is_held_back(p, *entry, use) ? ERR_ABSENT : ERR_ADDRESS;
    // END swap
    if ((*entry & (PAGE_DEVICE | (use & PAGE_WRITABLE))) != (use & PAGE_WRITABLE))
        return NULL;
    *entry |= use;
    return (char *)direct(page_down(*entry)) + address % PAGE_SIZE;
}

/*
 * Finds the `size` bytes at `address` of `p`, for SPAN_READ or SPAN_WRITE.  0 if they are
 * there; ERR_ADDRESS if they are not the process's to use so; ERR_ABSENT.
 */
uint32_t
span_find(struct span *s, const struct process *p, uint32_t address, uint32_t size, uint32_t use)
{
    uint32_t room = PAGE_SIZE - address % PAGE_SIZE, error;

    s->size = size;
    s->absent = address;
    if (size == 0)
        return 0;
    if (address >= KERNEL_BASE || size > KERNEL_BASE - address)
        return ERR_ADDRESS;
    if (!(s->at = reach(p, address, use, &error)))
        return error;
    if (size <= room)
        return 0;
    s->size = room;
    s->absent = address + room;
    return (s->rest = reach(p, address + room, use, &error)) ? 0 : error;
}

/* Goes on behind the first `size` bytes. */
static void
skip(struct span *s, uint32_t size)
{
    s->at += size;
    s->size -= size;
    if (s->size == 0)
        *s = (struct span){.at = s->rest, .size = -1};
}

/* Copies the first `size` bytes of `from`, which both have. */
void
span_copy(struct span to, struct span from, uint32_t size)
{
    while (size > to.size || size > from.size) {
        uint32_t part = to.size < from.size ? to.size : from.size;

        copy_words(to.at, from.at, part);
        skip(&to, part);
        skip(&from, part);
        size -= part;
    }
    copy_words(to.at, from.at, size);
}
