/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watching threads: who traces one hears of each of its calls before it is made, and when it is over; and a look at
 * who waits for whom.  See abi/door.h.
 *
 * A traced thread is a sandboxed one that may make its calls after all.  From ring 3 it comes to its tracer, always
 * (call.c); a call that it makes when it is about to run, CALL_AGAIN, has been shown already, and passes.  From then
 * on it has CALL_TOLD instead of CALL_DONE: so it cannot get back to ring 3 before its tracer has been told, and a
 * call that starts over, and has CALL_AGAIN once more, passes once more.
 */
#include "door.h"
#include "x86.h"

/*
 * `t` makes the call that its tracer has seen.  An `int` that is no call, which has left the error code of #GP in
 * the frame, becomes the exception.  Answers with the thread to run.
 */
struct thread *
trace_pass(struct thread *t)
{
    struct frame *f = &t->frame;

    if (f->vector == VECTOR_PROTECTION && f->error >> 3 != t->process->vector) {
        f->eip -= INT_SIZE;
        t->trap = (struct trap){MESSAGE_FAULT, VECTOR_PROTECTION, f->error, 0, 0, 0, CALL_DONE};
        return trap_pass(t);
    }
    t->again = CALL_TOLD;
    return t->aside ? reply_fetch(t) : message_call(t);
}

/* The call of `t` is over.  Answers with the thread to run. */
struct thread *
trace_over(struct thread *t)
{
    t->again = CALL_DONE;
    if (!t->traced)
        return t;
    t->trap = (struct trap){MESSAGE_RESULT, 0, 0, 0, 0, 0, CALL_DONE};
    return trap_pass(t);
}

/* Of a thread in a call, what `self`, who asks whether it is at the door `asked`, may know about that. */
static void
look(struct process_call *c, const struct thread *self, const struct thread *t, const struct object *asked)
{
    const struct process *owner = t->door->owner;
    const struct door *manager = owner ? (struct door *)owner->manager.object : NULL;

    c->state = t->state == THREAD_CALLING ? IN_CALL_WAITING : IN_CALL_SERVED;
    c->function = t->trap.function ? t->trap.function : CALL_ARG0(t);
    c->at_door = asked == &t->door->object;
    c->managed = manager && manager->object.kind == OBJECT_DOOR && manager->owner == self->process;
    c->server = c->managed ? owner->manager.cookie : 0;
}

/* Threads are in their process's list in the order of their numbers. */
struct thread *
call_process_call(struct thread *self)
{
    const struct process *p = (struct process *)desc_find(self->process, CALL_ARG1(self))->object;
    const struct list *at = p->threads.next;
    const struct thread *t;
    struct process_call_of of;
    struct process_call found;
    uint32_t error = call_data(self, &of, sizeof(of));

    if (!error)
        error = own_page(call_room(self, sizeof(found)));
    if (error)
        return call_fail(self, error);
    while (at != &p->threads && LIST_ENTRY(at, struct thread, sibling)->number < of.thread)
        at = at->next;
    if (at == &p->threads)
        return call_fail(self, ERR_TARGET);
    t = LIST_ENTRY(at, struct thread, sibling);
    found = (struct process_call){.thread = t->number};
    if (t->state == THREAD_CALLING || t->state == THREAD_SERVED)
        look(&found, self, t, desc_find(self->process, of.door)->object);
    return call_reply_data(self, &found.thread, sizeof(found));
}
