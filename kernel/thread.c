/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads and who runs next: round robin.  The ready queue holds every thread
 * that could run and does not; the running one is in no queue.
 */
#include "process.h"
#include "x86.h"

#define THREADS 64

/*
 * Below a thread's frame something may be pushed in rare cases (trap.asm), so the
 * first slot is left empty, and a thread ends with bytes that nobody uses.
 */
static struct thread threads[THREADS + 1];
static uint32_t last_number;

static struct thread *ready_head;
static struct thread **ready_tail = &ready_head;

static void
ready_push(struct thread *t)
{
    t->state = THREAD_READY;
    // SOLUTION traps.7
    // | /* TODO traps.7: this queue remembers one thread only. */
    // | (void)ready_tail;
    // | ready_head = t;
    t->next = NULL;
    *ready_tail = t;
    ready_tail = &t->next;
    // END traps.7
}

/* NULL if no thread is ready. */
static struct thread *
ready_pop(void)
{
    // SOLUTION traps.7
    // | /* TODO traps.7 */
    // | struct thread *t = ready_head;
    // |
    // | ready_head = NULL;
    // | return t;
    struct thread *t = ready_head;

    if (t) {
        ready_head = t->next;
        if (!ready_head)
            ready_tail = &ready_head;
    }
    return t;
    // END traps.7
}

static struct thread *
free_slot(void)
{
    for (struct thread *t = threads + 1; t <= threads + THREADS; t++)
        if (t->state == THREAD_FREE)
            return t;
    return NULL;
}

/*
 * A new thread in `process`, ready to run; see struct thread_start.  NULL if
 * there is no room for one.
 */
struct thread *
thread_new(struct process *process, uint32_t entry, uint32_t stack, uint32_t argument)
{
    struct thread *t = free_slot();

    if (!t)
        return NULL;
    t->frame = (struct frame){
        .eax = argument,
        .gs = SELECTOR_USER_DATA,
        .fs = SELECTOR_USER_DATA,
        .es = SELECTOR_USER_DATA,
        .ds = SELECTOR_USER_DATA,
        .eip = entry,
        .cs = SELECTOR_USER_CODE,
        .eflags = EFLAGS_ALWAYS | EFLAGS_IF,
        .esp = stack,
        .ss = SELECTOR_USER_DATA,
    };
    t->number = ++last_number;
    t->process = process;
    fpu_new(t);
    ready_push(t);
    return t;
}

/*
 * `self` goes behind all that are ready.  Answers with the thread to run:
 * `self` when no other is ready, else NULL, the first in the queue.
 */
struct thread *
thread_yield(struct thread *self)
{
    // SOLUTION traps.7
    // | /* TODO traps.7 */
    // | exercise_missing("traps.7");
    // | return self;
    if (!ready_head)
        return self;
    ready_push(self);
    return NULL;
    // END traps.7
}

/* Ends `self`.  Answers with the thread to run: NULL, the first in the queue. */
struct thread *
thread_end(struct thread *self)
{
    // SOLUTION traps.7
    // | /* TODO traps.7: the thread's slot is free again, its FPU state forgotten. */
    // | (void)self;
    // | exercise_missing("traps.7");
    self->state = THREAD_FREE;
    fpu_forget(self);
    // END traps.7
    return NULL;
}

// SINCE paging
/* Ends the threads of `process`, none of which runs: the others keep their order. */
void
thread_end_all(const struct process *process)
{
    uint32_t ready = 0;

    for (const struct thread *t = threads + 1; t <= threads + THREADS; t++)
        ready += t->state == THREAD_READY;
    while (ready-- > 0) {
        struct thread *t = ready_pop();

        if (t->process == process)
            thread_end(t);
        else
            ready_push(t);
    }
}

// END paging
/*
 * From trap.asm, when another thread is to run than the one that trapped:
 * makes `next`, or the first in the ready queue if it is NULL, the running
 * thread and answers with it.  With no thread left the machine stops.
 */
struct thread *
thread_switch(struct thread *next)
{
    if (!next)
        next = ready_pop();
    if (!next) {
        print("lintel: the last thread has ended\n");
        machine_stop(MACHINE_DONE);
    }
    process_use(next->process);

    // SOLUTION traps.7
    // | /* TODO traps.7: enough for the first thread; what else is there to switch? */
    // | segments_set_stack(next);
    next->state = THREAD_RUNNING;
    segments_set_stack(next);
    fpu_switch();
    // END traps.7
    return next;
}
