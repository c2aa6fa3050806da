/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel calls on a thread: abi/door.h.  That the target is one and the caller has
 * the right is known here (call.c).
 */
#include "door.h"

static struct thread *
target(const struct thread *self)
{
    return LIST_ENTRY(desc_find(self->process, CALL_ARG1(self))->object, struct thread, object);
}

struct thread *
call_thread_delete(struct thread *self)
{
    struct thread *t = target(self);

    call_reply(self, 0, 0);
    thread_end(t);
    return t == self ? NULL : thread_preempt(self);
}

struct thread *
call_thread_start(struct thread *self)
{
    struct thread *t = target(self);

    t->stopped = false;
    if (t->state == THREAD_STOPPED)
        thread_wake(t);
    return thread_preempt(call_reply(self, 0, 0));
}

/* A thread that waits for something does so, but does not run when it has come. */
struct thread *
call_thread_stop(struct thread *self)
{
    struct thread *t = target(self);

    call_reply(self, 0, 0);
    t->stopped = true;
    if (t->state == THREAD_READY || t == self) {
        thread_leave(t);
        thread_wake(t);
    }
    return t == self ? NULL : thread_preempt(self);
}

static uint32_t
state_of(const struct thread *t)
{
    if (t->state == THREAD_STOPPED)
        return THREAD_IS_STOPPED;
    return t->state == THREAD_READY || t->state == THREAD_RUNNING ? THREAD_IS_READY : THREAD_IS_WAITING;
}

struct thread *
call_thread_read(struct thread *self)
{
    struct thread *t = target(self);
    struct thread_view view = {state_of(t), 0, t->number, t->base, registers_of(t)};
    uint32_t error = own_page(call_room(self, sizeof(view)));

    return error ? call_fail(self, error) : call_reply_data(self, &view.state, sizeof(view));
}

struct thread *
call_thread_write(struct thread *self)
{
    struct thread *t = target(self);
    struct registers registers;
    uint32_t error = call_data(self, &registers, sizeof(registers));

    if (!error && (t->state != THREAD_STOPPED || t->again))
        error = ERR_STATE;
    if (error)
        return call_fail(self, error);
    registers_set(t, &registers);
    return call_reply(self, 0, 0);
}

/* Takes effect on what it is queued for from now on. */
struct thread *
call_thread_priority(struct thread *self)
{
    struct thread_priority wanted;
    uint32_t error = call_data(self, &wanted, sizeof(wanted));

    if (!error && wanted.priority >= PRIORITIES)
        error = ERR_FLAGS;
    if (!error && wanted.priority > self->base)
        error = desc_check(self->process, wanted.machine, CALL_TEST_WRITE);
    if (error)
        return call_fail(self, error);
    thread_set_priority(target(self), wanted.priority);
    return thread_preempt(call_reply(self, 0, 0));
}

struct thread *
call_thread_sandbox(struct thread *self)
{
    struct door_for door;
    uint32_t error = call_data(self, &door, sizeof(door));

    if (!error)
        error = desc_set(&target(self)->sandbox, self->process, &door);
    // SINCE pm
    if (!error)
        target(self)->traced = door.door && CALL_ARG0(self) == CALL_THREAD_TRACE;
    // END pm
    return error ? call_fail(self, error) : call_reply(self, 0, 0);
}
