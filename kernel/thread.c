/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads and who runs next: round robin.  The ready queue holds every thread
 * that could run and does not; the running one is in no queue.
 */
#include "process.h"
#include "x86.h"
// SINCE doors
#include "door.h"
// END doors

// SINCE doors
// < #define THREADS 64
// <
// < /*
// <  * Below a thread's frame something may be pushed in rare cases (trap.asm), so the
// <  * first slot is left empty, and a thread ends with bytes that nobody uses.
// <  */
// < static struct thread threads[THREADS + 1];
/*
 * Below a thread's frame something may be pushed in rare cases (trap.asm), so a
 * thread ends with bytes that nobody uses, and pool.c leaves some before the first.
 */
static struct pool pool = {(sizeof(struct thread) + 15) & ~15u, LIST_EMPTY(pool.slabs)};
static uint32_t alive; /* threads that there are */
// END doors
static uint32_t last_number;

/* `t` could run: it goes to the end of `queue`. */
static void
queue_push(struct list *queue, struct thread *t)
{
    // SOLUTION traps.7
    // | /* TODO traps.7: this queue remembers one thread only. */
    // | queue->next = &t->link;
    t->state = THREAD_READY;
    list_append(queue, &t->link);
    // END traps.7
}

/* Takes the first thread out of `queue`; NULL if there is none. */
static struct thread *
queue_pop(struct list *queue)
{
    // SOLUTION traps.7
    // | /* TODO traps.7 */
    // | struct thread *t = list_empty(queue) ? NULL : THREAD_OF(queue->next);
    // |
    // | queue->next = queue;
    // | return t;
    struct thread *t = THREAD_OF(queue->next);

    if (list_empty(queue))
        return NULL;
    list_remove(&t->link);
    return t;
    // END traps.7
}

// SINCE doors
// < /* The ready queue. */
// < static struct list ready = LIST_EMPTY(ready);
// <
// < static void
// < ready_push(struct thread *t)
// < {
// <     queue_push(&ready, t);
// < }
// <
// < /* NULL if no thread is ready. */
// < static struct thread *
// < ready_pop(void)
// < {
// <     return queue_pop(&ready);
// < }
// <
// < static bool
// < ready_any(void)
// < {
// <     return !list_empty(&ready);
// < }
// <
// < static struct thread *
// < free_slot(void)
// < {
// <     for (struct thread *t = threads + 1; t <= threads + THREADS; t++)
// <         if (t->state == THREAD_FREE)
// <             return t;
// <     return NULL;
// < }
// <
/* A ready queue for each priority, and a bit for each that has something in it. */
static struct list ready[PRIORITIES];
uint32_t ready_bits;

/* The kernel's own work (reap.c) counts as ready at this priority. */
#define WORK_PRIORITY 24
static bool work_waits;

static void
ready_push(struct thread *t)
{
    struct list *queue = &ready[t->priority];

    if (!queue->next)
        list_init(queue);
    queue_push(queue, t);
    ready_bits |= 1u << t->priority;
}

static void
update_bit(uint32_t priority)
{
    bool something = (ready[priority].next && !list_empty(&ready[priority])) || (work_waits && priority == WORK_PRIORITY);

    ready_bits = (ready_bits & ~(1u << priority)) | something << priority;
}

/* Is there work for work_piece()? */
void
ready_work(bool waits)
{
    work_waits = waits;
    update_bit(WORK_PRIORITY);
}

/* The first of the highest priority, and work before threads: NULL after a piece of it. */
static struct thread *
ready_pop(void)
{
    uint32_t priority = 31 - __builtin_clz(ready_bits);
    struct thread *t;

    if (work_waits && priority == WORK_PRIORITY) {
        work_piece();
        return NULL;
    }
    t = queue_pop(&ready[priority]);
    update_bit(priority);
    return t;
}

static bool
ready_any(void)
{
    return ready_bits;
}

/* `t` has nothing to wait for any more. One that is stopped and that nobody can start any more ends. */
void
thread_wake(struct thread *t)
{
    if (t->stopped && t->object.references > 0) {
        t->state = THREAD_STOPPED;
        return;
    }
    if (t->stopped)
        t->again = CALL_END;
    t->stopped = false;
    ready_push(t);
}

/* `self` goes on unless something of a higher priority has become ready.  Answers with the thread to run. */
struct thread *
thread_preempt(struct thread *self)
{
    if (!self || !ready_above(self))
        return self;
    thread_wake(self);
    return NULL;
}

/* What its links point to while they are in no list. */
static void
links_init(struct thread *t)
{
    list_init(&t->link);
    list_init(&t->limit);
    for (unsigned i = 0; i < WAIT_MAX; i++)
        list_init(&t->waiter[i].link);
}

/* A thread of `process` that is stopped, and has no registers yet; NULL if memory is short. */
struct thread *
thread_create(struct process *process)
{
    struct thread *t = pool_new(&pool);

    if (!t)
        return NULL;
    links_init(t);
    t->object = (struct object){CALL_THREAD_FIRST, CALL_THREAD_END - CALL_THREAD_FIRST, OBJECT_THREAD, 0};
    t->reply.kind = OBJECT_REPLY;
    t->sandbox.object = &object_nothing;
    t->base = t->priority = PRIORITY_DEFAULT;
    t->stopped = true;
    t->state = THREAD_STOPPED;
    t->frame = (struct frame){
        .gs = SELECTOR_USER_DATA,
        .fs = SELECTOR_USER_DATA,
        .es = SELECTOR_USER_DATA,
        .ds = SELECTOR_USER_DATA,
        .cs = SELECTOR_USER_CODE,
        .eflags = EFLAGS_ALWAYS | EFLAGS_IF,
        .ss = SELECTOR_USER_DATA,
    };
    fpu_new(t);
    t->number = ++last_number;
    t->process = process;
    list_append(&process->threads, &t->sibling);
    process->thread_count++;
    alive++;
    return t;
}

// END doors
/*
 * A new thread in `process`, ready to run; see struct thread_start.  NULL if
 * there is no room for one.
 */
struct thread *
thread_new(struct process *process, uint32_t entry, uint32_t stack, uint32_t argument)
{
    // SINCE doors
    // < struct thread *t = free_slot();
    struct thread *t = thread_create(process);
    // END doors

    if (!t)
        return NULL;
    // SINCE doors
    // < t->frame = (struct frame){
    // <     .eax = argument,
    // <     .gs = SELECTOR_USER_DATA,
    // <     .fs = SELECTOR_USER_DATA,
    // <     .es = SELECTOR_USER_DATA,
    // <     .ds = SELECTOR_USER_DATA,
    // <     .eip = entry,
    // <     .cs = SELECTOR_USER_CODE,
    // <     .eflags = EFLAGS_ALWAYS | EFLAGS_IF,
    // <     .esp = stack,
    // <     .ss = SELECTOR_USER_DATA,
    // < };
    // < t->number = ++last_number;
    // < t->process = process;
    // < fpu_new(t);
    t->frame.eax = argument;
    t->frame.eip = entry;
    t->frame.esp = stack;
    t->stopped = false;
    // END doors
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
    // | (void)ready_any;
    // | exercise_missing("traps.7");
    // | return self;
    if (!ready_any())
        return self;
    ready_push(self);
    return NULL;
    // END traps.7
}

/* Ends `self`.  Answers with the thread to run: NULL, the first in the queue. */
// SINCE doors
// < struct thread *
// < thread_end(struct thread *self)
static struct thread *
end(struct thread *self)
// END doors
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

// SINCE doors
// < // SINCE paging
// < /* Ends the threads of `process`, none of which runs: the others keep their order. */
// < void
// < thread_end_all(const struct process *process)
// < {
// <     uint32_t ready = 0;
// <
// <     for (const struct thread *t = threads + 1; t <= threads + THREADS; t++)
// <         ready += t->state == THREAD_READY;
// <     while (ready-- > 0) {
// <         struct thread *t = ready_pop();
// <
// <         if (t->process == process)
// <             thread_end(t);
// <         else
// <             ready_push(t);
// <     }
// < }
// <
// < // END paging
/* A thread that is in no call and in no queue: where it was waited for it is missed. */
void
thread_leave(struct thread *t)
{
    uint32_t priority = t->priority;

    list_remove(&t->link);
    if (t->state == THREAD_READY)
        update_bit(priority);
    list_remove(&t->limit);
    if (t->state == THREAD_WAITING)
        waiters_leave(t);
    if (t->server)
        t->server->serving = &thread_gone;
    if (t->parked)
        reply_gone(t);
    via_done(t);
    t->server = NULL;
}

/* Of `t`'s own; what it has by serving somebody stays. */
void
thread_set_priority(struct thread *t, uint32_t priority)
{
    uint32_t serving = t->priority > t->base ? t->priority : 0;
    bool queued = t->state == THREAD_READY;

    if (queued)
        thread_leave(t);
    t->base = priority;
    t->priority = priority > serving ? priority : serving;
    if (queued)
        thread_wake(t);
}

/* `t` is new: it is no more urgent than who made it. */
void
thread_made_by(struct thread *t, const struct thread *maker)
{
    if (t->base > maker->base)
        thread_set_priority(t, maker->base);
}

/* There is no descriptor of `t` any more: if it has ended, it goes; if it is stopped, nobody can start it any more. */
void
thread_unreferenced(struct thread *t)
{
    if (t->state == THREAD_FREE)
        pool_free(&pool, t);
    else if (t->state == THREAD_STOPPED)
        thread_end(t);
}

/*
 * Ends `t`, whatever it is doing: the call that it is in is over, and the one that it
 * serves fails.  Answers with the thread to run if it was `t`: NULL.
 */
struct thread *
thread_end(struct thread *t)
{
    struct thread *caller = t->serving;

    if (caller && caller != &thread_gone)
        call_fails(caller, ERR_DEAD);
    thread_leave(t);
    if (t->aside)
        frame_release(t->aside);
    desc_drop(&t->sandbox);
    list_remove(&t->sibling);
    t->object.span = 0;
    alive--;
    end(t);
    process_thread_ended(t->process, t);
    if (t->object.references == 0)
        thread_unreferenced(t);
    return NULL;
}

/* `t` was about to run, but has something to do first.  Answers with the thread to run. */
static struct thread *
do_again(struct thread *t)
{
    t->state = THREAD_RUNNING; /* it is in no queue any more */
    return t->again == CALL_END ? thread_end(t) : trap_again(t);
}

/* The thread that is to run: `next`, unless it cannot run or something above it is ready. */
static struct thread *
choose(struct thread *next)
{
    for (;;) {
        if (next && !next->stopped && !ready_above(next)) {
            if (!next->again)
                return next;
            next = do_again(next);
            if (!next)
                idle_poll();
            continue;
        }
        if (next)
            thread_wake(next);
        if (ready_any())
            next = ready_pop();
        else if (alive)
            idle_wait();
        else
            return NULL;
        if (!next)
            idle_poll();
    }
}

// END doors
/*
 * From trap.asm, when another thread is to run than the one that trapped:
 * makes `next`, or the first in the ready queue if it is NULL, the running
 * thread and answers with it.  With no thread left the machine stops.
 */
// SINCE doors
// < struct thread *
// < thread_switch(struct thread *next)
static __attribute__((noinline)) struct thread *
switch_to(struct thread *next)
// END doors
{
    // SINCE doors
    // < if (!next)
    // <     next = ready_pop();
    next = choose(next);
    // END doors
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
// SINCE doors

/* The fast path (fast.c) has made the thread that it answers with the running one already. */
struct thread *
thread_switch(struct thread *next)
{
    return next && next->state == THREAD_RUNNING ? next : switch_to(next);
}
// END doors
