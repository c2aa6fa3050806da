/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a process manager needs besides: bounds on what a process may use of the kernel, and a look at
 * processes and doors from outside.  See abi/door.h.
 */
#include "door.h"

#define COUNTED_MAX 1000 /* so much of a list is counted: no call takes long */

static struct process *
target(const struct thread *self)
{
    return (struct process *)desc_find(self->process, CALL_ARG1(self))->object;
}

/* May `p` have one thread more? */
bool
process_thread_room(const struct process *p)
{
    return !p->threads_max || p->thread_count < p->threads_max;
}

/* A reply whose first two words are its value and its error. */
static struct thread *
reply_words(struct thread *self, const void *words, uint32_t size)
{
    uint32_t error = own_page(call_room(self, size));

    return error ? call_fail(self, error) : call_reply_data(self, words, size);
}

struct thread *
call_process_limit(struct thread *self)
{
    struct process *p = target(self);
    struct process_limits limits;
    uint32_t error = call_data(self, &limits, sizeof(limits));

    if (error)
        return call_fail(self, error);
    p->threads_max = limits.threads;
    p->pages_max = limits.descriptors / DESCRIPTORS_PER_PAGE + (limits.descriptors % DESCRIPTORS_PER_PAGE > 0);
    if (p->pages_max > DESCRIPTOR_PAGES)
        p->pages_max = DESCRIPTOR_PAGES;
    p->silent = !limits.console;
    return call_reply(self, 0, 0);
}

struct thread *
call_process_counts(struct thread *self)
{
    const struct process *p = target(self);
    struct process_counts counts = {p->thread_count, 0, p->pages * DESCRIPTORS_PER_PAGE};

    return reply_words(self, &counts, sizeof(counts));
}

/* The first descriptor from `number` on that names something; 0 if there is none. */
static uint32_t
next_descriptor(const struct process *p, uint32_t number)
{
    for (; number < p->pages * DESCRIPTORS_PER_PAGE; number++)
        if (desc_find(p, number)->object != &object_nothing)
            return number;
    return 0;
}

struct thread *
call_process_descriptor(struct thread *self)
{
    const struct process *p = target(self);
    struct process_descriptor found = {0};
    uint32_t error = call_data(self, &found.number, sizeof(found.number));

    if (error)
        return call_fail(self, error);
    found.number = next_descriptor(p, found.number);
    if (!found.number)
        return call_fail(self, ERR_TARGET);
    found.look = desc_look(p, desc_find(p, found.number));
    return reply_words(self, &found, sizeof(found));
}

/* What the call before has stopped, it goes on.  The threads are few if there is a limit to them. */
struct thread *
call_process_run(struct thread *self)
{
    struct process *p = target(self);

    for (struct list *at = p->threads.next; at != &p->threads; at = at->next) {
        struct thread *t = LIST_ENTRY(at, struct thread, sibling);

        if (!t->kept)
            continue;
        t->object.references--;
        t->kept = t->stopped = false;
        if (t->state == THREAD_STOPPED)
            thread_wake(t);
    }
    return thread_preempt(call_reply(self, 0, 0));
}

/* Those that are stopped already stay so when the others run again. */
struct thread *
call_process_stop(struct thread *self)
{
    struct process *p = target(self);

    call_reply(self, 0, 0);
    for (struct list *at = p->threads.next; at != &p->threads; at = at->next) {
        struct thread *t = LIST_ENTRY(at, struct thread, sibling);

        if (t->stopped)
            continue;
        t->object.references += !t->kept;
        t->kept = t->stopped = true;
        if (t->state == THREAD_READY || t == self) {
            thread_leave(t);
            thread_wake(t);
        }
    }
    return self->stopped ? NULL : thread_preempt(self);
}

static uint32_t
count(const struct list *list)
{
    uint32_t n = 0;

    for (const struct list *at = list->next; at != list && n < COUNTED_MAX; at = at->next)
        n++;
    return n;
}

struct thread *
call_door_counts(struct thread *self)
{
    const struct door *door = (struct door *)desc_find(self->process, CALL_ARG1(self))->object;
    struct door_counts counts;

    if (door->object.kind != OBJECT_DOOR)
        return call_fail(self, ERR_TARGET);
    counts = (struct door_counts){count(&door->callers), 0, count(&door->served), count(&door->receivers),
                                  !door->owner};
    return reply_words(self, &counts, sizeof(counts));
}
