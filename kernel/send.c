/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message on its way: from the thread that calls, to one that receives.
 *
 * Whoever comes first waits in a list of the door, callers in the order of their
 * coming.  The message is copied when both are there, straight from buffer to
 * buffer: first all checks, then the copy, and only then has anything changed.
 * What is wrong with one side's buffer is that side's error alone.  A caller whose
 * message has been taken is in the door's list `served` until the reply.
 */
#include "door.h"

#define RECEIVERS 0x80000000u /* in an error: it is the receiver's */

/* After ERR_ABSENT: the page that has to come. */
static uint32_t absent_page;
static bool absent_write;

/*
 * The call of `t`, which waits nowhere now, cannot be done: it fails; or takes its page
 * fault first; or, if it was itself a message about a fault, the thread ends.
 */
void
call_undone(struct thread *t, uint32_t error)
{
    if (t->trap.function)
        trap_unanswered(t);
    else if (error != ERR_ABSENT || !fault_absent(t, absent_page, absent_write)) {
        limit_clear(t);
        thread_wake(call_fail(t, error));
    }
}

/* The call of `t` is over before its reply has come, and fails. */
void
call_fails(struct thread *t, uint32_t error)
{
    thread_leave(t);
    call_undone(t, error);
}

/* span_find() for a message buffer. */
uint32_t
message_find(struct span *s, const struct thread *t, uint32_t size, uint32_t use)
{
    uint32_t error = span_find(s, t->process, CALL_ARG2(t), size, use);

    absent_page = s->absent;
    absent_write = use & PAGE_WRITABLE;
    return error;
}

/* Copies the message of `caller` to `receiver`.  0; or an error, and nothing has changed. */
static uint32_t
move(struct thread *caller, struct thread *receiver)
{
    // SOLUTION doors.2
    // | /* TODO doors.2: is there room; where do both buffers lie; then copy (span.c). */
    // | /* What is wrong with the receiver's buffer is an error | RECEIVERS. */
    // | (void)caller, (void)receiver;
    // | exercise_missing("doors.2");
    // | return ERR_BIG;
    uint32_t sizes = CALL_ARG3(caller), size = message_size(sizes), error = 0;
    struct span from, to;

    if (caller->trap.function)
        size = call_data_size(sizes = trap_message(caller, &from));
    if (size > call_total_size(CALL_ARG3(receiver)))
        return ERR_BIG;
    if (size == 0)
        return 0;
    if (!caller->trap.function)
        error = message_find(&from, caller, size, SPAN_READ);
    if (!error && call_descriptors(sizes))
        error = transfer_check(caller->process, from, receiver->process, sizes);
    if (error)
        return error;
    error = message_find(&to, receiver, size, SPAN_WRITE);
    if (error)
        return error | RECEIVERS;
    span_copy(to, from, call_data_size(sizes));
    if (call_descriptors(sizes)) {
        transfer_do(caller->process, receiver->process, call_descriptors(sizes));
        transfer_write(to, sizes);
    }
    return 0;
    // END doors.2
}

/*
 * The message of `caller` has been copied to `receiver`, which has to reply to it, and
 * runs at its caller's priority if that is higher than its own.
 */
static struct thread *
accept(struct thread *caller, struct thread *receiver)
{
    // SOLUTION doors.2
    // | /* TODO doors.2: who serves whom, and what the receiver finds in its registers. */
    // | (void)caller;
    // | return receiver;
    caller->state = THREAD_SERVED;
    list_append(&caller->door->served, &caller->link);
    caller->server = receiver;
    receiver->serving = caller;
    if (receiver->limited)
        limit_clear(receiver);
    receiver->priority = caller->priority > receiver->base ? caller->priority : receiver->base;
    CALL_ARG0(receiver) = CALL_ARG0(caller);
    CALL_ARG1(receiver) = caller->via->cookie;
    CALL_ARG3(receiver) = CALL_ARG3(caller);
    if (caller->trap.function)
        trap_arguments(caller, receiver);
    return receiver;
    // END doors.2
}

/* The only thread of a process; NULL if it has several. */
static struct thread *
only_thread(const struct process *p)
{
    return p && p->thread_count == 1 ? LIST_ENTRY(p->threads.next, struct thread, sibling) : NULL;
}

#define CHAIN 32 /* calls that are looked at */

/* Would this call end only after `self` has done something else? */
static bool
waits_for_itself(const struct thread *self, const struct door *door)
{
    const struct thread *t = only_thread(door->owner);

    for (unsigned i = 0; t && i < CHAIN; i++) {
        if (t == self)
            return true;
        if (t->state == THREAD_SERVED)
            t = t->server;
        else
            t = t->state == THREAD_CALLING ? only_thread(t->door->owner) : NULL;
    }
    return false;
}

/* No thread receives there: `self` waits in line, if its message is in order. */
static struct thread *
wait_in_line(struct thread *self, struct door *door)
{
    // SOLUTION doors.2
    // | /* TODO doors.2: check first; then those who WAIT at the door hear of it (waiter_wake). */
    // | (void)door, (void)waits_for_itself;
    // | exercise_missing("doors.2");
    // | return call_fail(self, ERR_BIG);
    struct span span;
    uint32_t error = waits_for_itself(self, door) ? ERR_DEADLOCK : 0;

    if (!error && !self->trap.function)
        error = message_find(&span, self, message_size(CALL_ARG3(self)), SPAN_READ);
    if (error) {
        call_fails(self, error);
        return NULL;
    }
    self->state = THREAD_CALLING;
    list_append(&door->callers, &self->link);
    waiter_wake(door);
    return NULL;
    // END doors.2
}

/* The call of `t`, which waits nowhere now, is made again when its turn comes. */
static void
call_later(struct thread *t)
{
    t->again = CALL_AGAIN;
    thread_wake(t);
}

/*
 * The first that receives takes it at once.  If that one's own buffer is no good, the next one may; and that one's
 * call is made again to find it so, not here: it would be a message to its manager, whose buffer may be no good.
 */
static struct thread *
hand_over(struct thread *self, struct door *door)
{
    // SOLUTION doors.2
    // | /* TODO doors.2 */
    // | (void)door, (void)move, (void)accept, (void)call_later;
    // | exercise_missing("doors.2");
    // | return call_fail(self, ERR_BIG);
    struct thread *receiver = THREAD_OF(door->receivers.next);
    uint32_t error = move(self, receiver);

    if (error & RECEIVERS) {
        thread_leave(receiver);
        call_later(receiver);
        via_done(self);
        call_later(self);
        return NULL;
    }
    if (error) {
        call_fails(self, error);
        return NULL;
    }
    list_remove(&receiver->link);
    return accept(self, receiver);
    // END doors.2
}

/* Sends the message of `self`, which the descriptor allows.  Answers with the thread to run. */
struct thread *
message_pass(struct thread *self, struct descriptor *d)
{
    struct door *door = (struct door *)d->object;

    self->via = d;
    self->door = door;
    d->calls++;
    return list_empty(&door->receivers) ? wait_in_line(self, door) : hand_over(self, door);
}

static inline struct thread *
send_through(struct thread *self, struct descriptor *d)
{
    uint32_t sizes = CALL_ARG3(self);

    if (!desc_allows(d, CALL_ARG0(self)))
        return call_fail(self, ERR_RIGHT);
    if (message_size(sizes) > call_total_size(sizes))
        return call_fail(self, ERR_SIZE);
    return message_pass(self, d);
}

/* Where a function of the manager's range goes: abi/door.h.  NULL if nowhere. */
static struct descriptor *
for_manager(struct process *p, uint32_t number)
{
    struct descriptor *d = number ? desc_find(p, number) : &p->manager;
    struct door *manager = (struct door *)p->manager.object;

    if (d->object->kind != OBJECT_DOOR || !d->object->span)
        return NULL;
    if (manager->object.kind == OBJECT_DOOR && ((struct door *)d->object)->owner != manager->owner)
        return NULL;
    return d;
}

/* A function that the object does not take as its own. */
static struct thread *
send_otherwise(struct thread *self, const struct object *object)
{
    uint32_t function = CALL_ARG0(self), number = CALL_ARG1(self);
    struct descriptor *d = for_manager(self->process, number);

    if (function - CALL_MANAGER_FIRST < CALL_SYSTEM_FIRST - CALL_MANAGER_FIRST && d)
        return send_through(self, d);
    if (!number && self->process->manager.object->kind == OBJECT_DOOR)
        object = self->process->manager.object;
    if (object->kind == OBJECT_DOOR && object->span == 0)
        return call_fail(self, ERR_DEAD);
    return call_fail(self, number ? ERR_TARGET : ERR_FUNCTION);
}

/* A call with a function from CALL_MANAGER_FIRST up.  Answers with the thread to run. */
struct thread *
message_send(struct thread *self)
{
    struct descriptor *d = desc_find(self->process, CALL_ARG1(self));

    if (CALL_ARG0(self) - d->object->first >= d->object->span)
        return send_otherwise(self, d->object);
    return send_through(self, d);
}

/* Takes the message of the first in line.  If that one's own buffer is no good, the next one's. */
static struct thread *
take_first(struct thread *self, struct door *door)
{
    // SOLUTION doors.2
    // | /* TODO doors.2: as hand_over(), from the other side. */
    // | (void)door;
    // | return call_fail(self, ERR_BIG);
    struct thread *caller = THREAD_OF(door->callers.next);
    uint32_t error = move(caller, self);

    if (error & RECEIVERS) {
        call_undone(self, error & ~RECEIVERS);
        return NULL;
    }
    if (error) {
        call_fails(caller, error);
        call_later(self);
        return NULL;
    }
    list_remove(&caller->link);
    return accept(caller, self);
    // END doors.2
}

/*
 * `self`, whose arguments are those of CALL_RECEIVE, receives at a door of its own, for so
 * many milliseconds or, if it is 0, for ever.  Answers with the thread to run: NULL if it waits.
 */
struct thread *
message_receive(struct thread *self, struct door *door, uint32_t limit)
{
    // SOLUTION doors.2
    // | /* TODO doors.2 */
    // | (void)door, (void)limit, (void)take_first;
    // | exercise_missing("doors.2");
    // | return call_fail(self, ERR_BIG);
    if (!list_empty(&door->callers))
        return take_first(self, door);
    if (limit && !limit_set(self, limit)) {
        limit_clear(self);
        return call_fail(self, ERR_TIME);
    }
    self->state = THREAD_RECEIVING;
    self->door = door;
    list_append(&door->receivers, &self->link);
    return NULL;
    // END doors.2
}

/* All of the buffer must be there, or come, before the thread waits. */
struct thread *
call_receive(struct thread *self)
{
    uint32_t error, sizes = CALL_ARG3(self);
    struct door *door = door_owned(self->process, CALL_ARG1(self), &error);
    struct span span;

    if (!error && self->serving && self->serving != &thread_gone)
        error = ERR_BUSY;
    if (error) {
        limit_clear(self);
        return call_fail(self, error);
    }
    error = message_find(&span, self, call_total_size(sizes), PAGE_WRITABLE);
    if (error) {
        call_undone(self, error);
        return NULL;
    }
    self->serving = NULL;
    self->receives = CALL_ARG1(self);
    self->priority = self->base;
    if (!list_empty(&door->events))
        return thread_preempt(event_take(self, door));
    return thread_preempt(message_receive(self, door, sizes & RECEIVE_LIMIT));
}
