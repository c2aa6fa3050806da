/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What dies is taken down piece by piece: a process with its threads, descriptors and
 * memory, a door with those who wait there.  A piece has a small bound, and between two
 * pieces interrupts are let in, so that no entry of the kernel is long.  The work is
 * done at WORK_PRIORITY: no thread of that priority or below runs before it is over.
 */
#include "door.h"

#define THREADS_PIECE     4
#define DESCRIPTORS_PIECE 16
#define MEMORY_PIECE      512 /* in looks at a page that is not mapped; */
#define REMOVE            24  /* so many are a page that is */
#define TABLES_PIECE      64  /* tables that are not there: each is one */

static struct list works = LIST_EMPTY(works);

/* Something has died: `work` is done in pieces from now on. */
void
work_add(struct work *work)
{
    list_append(&works, &work->link);
    ready_work(true);
}

/* One piece of the oldest work. */
void
work_piece(void)
{
    struct work *work = LIST_ENTRY(works.next, struct work, link);

    list_remove(&work->link);
    if (!work->piece(work))
        list_append(&works, &work->link);
    ready_work(!list_empty(&works));
}

/* These do a piece, and answer whether there was something to do. */
static bool
end_threads(struct process *p)
{
    if (list_empty(&p->threads))
        return false;
    for (unsigned i = 0; i < THREADS_PIECE && !list_empty(&p->threads); i++)
        thread_end(LIST_ENTRY(p->threads.next, struct thread, sibling));
    return true;
}

static bool
close_descriptors(struct process *p)
{
    uint32_t end = p->pages * DESCRIPTORS_PER_PAGE;

    if (p->swept == end)
        return false;
    for (unsigned i = 0; i < DESCRIPTORS_PIECE && p->swept < end; i++)
        desc_drop(desc_find(p, p->swept++));
    return true;
}

#define TABLE (1024 * PAGE_SIZE) /* bytes that a page table maps */

/* The next page that is mapped goes, if it is in the same table.  What that took. */
static uint32_t
free_some(struct process *p)
{
    uint32_t first = p->freed, at = space_skip(p->space, first, TABLES_PIECE), end = (at & -TABLE) + TABLE;
    const uint32_t *entry;

    p->freed = at;
    if (at != first)
        return TABLES_PIECE;
    p->freed = end;
    for (entry = space_entry(p->space, at); at < end && !*entry; entry++)
        at += PAGE_SIZE;
    if (at == end)
        return (end - first) / PAGE_SIZE;
    p->freed = at + PAGE_SIZE;
    space_remove(p->space, at); /* perhaps with the table */
    return (at - first) / PAGE_SIZE + REMOVE;
}

static bool
free_memory(struct process *p)
{
    for (uint32_t done = 0; done < MEMORY_PIECE && p->freed < KERNEL_BASE;)
        done += free_some(p);
    return p->freed < KERNEL_BASE;
}

/* Nothing is left of it but its object, which its manager hears of. */
static void
finish(struct process *p)
{
    while (p->pages > 0)
        frame_release(physical(p->page[--p->pages]));
    ports_forget(p);
    space_delete(p->space);
    p->space = 0;
    list_remove(&p->sibling);
    p->object.references++;
    process_tell(p, MESSAGE_PROCESS_ENDED);
    desc_drop(&p->manager);
    process_release(p);
}

static bool
process_piece(struct work *work)
{
    struct process *p = LIST_ENTRY(work, struct process, work);

    if (end_threads(p) || close_descriptors(p) || free_memory(p))
        return false;
    finish(p);
    return true;
}

/* Ends it, as soon as that can be done.  It takes no call any more, but to be deleted once more. */
void
process_end(struct process *p)
{
    if (p->work.piece)
        return;
    p->object.first = CALL_PROCESS_DELETE;
    p->object.span = 1;
    p->work.piece = process_piece;
    work_add(&p->work);
}
