/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast path: a call whose receiver waits for it, and a reply to a caller while
 * nobody else calls.  It does what send.c and reply.c do, in one go and straight on;
 * whatever is not plain sight is left to them.  The boot option fast=0 turns it off.
 *
 * Each function checks everything first; then it cannot fail.
 */
#include "fast.h"

bool fast_path = true;

/* desc_allows(), which most functions need not ask. */
static inline bool
allowed(const struct descriptor *d, uint32_t function)
{
    return likely(!(function & CALL_CLASS)) || desc_allows(d, function);
}

/*
 * Gives the only descriptor of a message, of which the sender keeps its own, as transfer.c
 * does.  False, and nothing has changed, if it is not that simple.
 */
static __attribute__((noinline)) bool
give_copy(const struct thread *caller, const char *source, const struct thread *receiver, char *target)
{
    // SOLUTION doors.8
    // | /* TODO doors.8: all works without it. */
    // | (void)caller, (void)source, (void)receiver, (void)target;
    // | return false;
    struct process *from = caller->process, *to = receiver->process;
    uint32_t sizes = CALL_ARG3(caller), at = descriptors_at(call_data_size(sizes));
    uint32_t word = *(const uint32_t *)(source + at), unused = to->next_unused, rights, own;
    const struct descriptor *d = desc_find(from, word & DESCRIPTOR_NUMBER);
    struct descriptor *copy = desc_find(to, unused);
    struct object *object = d->object;

    if (unlikely(call_descriptors(sizes) > 1 || word & DESCRIPTOR_MOVE || !(d->rights & RIGHT_COPY)
                 || to->unused == 0 || object->references == 0))
        return false;
    rights = d->rights & word >> DESCRIPTOR_RIGHTS & RIGHTS_ALL;
    own = object->kind == OBJECT_DOOR && ((struct door *)object)->owner == to ? DESCRIPTOR_OWN : 0;
    to->next_unused = copy->cookie;
    to->unused--;
    *copy = (struct descriptor){object, rights, d->cookie, 0};
    object->references++;
    *(uint32_t *)(target + at) = descriptor_word(unused, rights, own);
    return true;
    // END doors.8
}

/* A call to a door where a thread waits. */
struct thread *
fast_send(struct thread *self)
{
    // SOLUTION doors.8
    // | /* TODO doors.8 */
    // | (void)reach, (void)can_switch, (void)switch_to, (void)allowed, (void)give_copy;
    // | return message_send(self);
    uint32_t function = CALL_ARG0(self), sizes = CALL_ARG3(self), size = message_size(sizes);
    struct descriptor *d = desc_find(self->process, CALL_ARG1(self));
    struct door *door = (struct door *)d->object;
    struct thread *receiver;

    if (unlikely(function - d->object->first >= d->object->span || !allowed(d, function)))
        return message_send(self);
    receiver = THREAD_OF(door->receivers.next);
    if (unlikely(list_empty(&door->receivers) || !can_switch(receiver)))
        return message_send(self);
    if (size > 0) {
        char *from, *to;

        if (unlikely(size > call_total_size(sizes) || size > call_total_size(CALL_ARG3(receiver))))
            return message_send(self);
        if (unlikely(!reach(&from, self->process, CALL_ARG2(self), size, SPAN_READ)
                     || !reach(&to, receiver->process, CALL_ARG2(receiver), size, SPAN_WRITE)))
            return message_send(self);
        if (unlikely(call_descriptors(sizes)) && !give_copy(self, from, receiver, to))
            return message_send(self);
        copy_words(to, from, call_data_size(sizes));
    }

    list_remove(&receiver->link);
    list_append(&door->served, &self->link);
    self->state = THREAD_SERVED;
    self->via = d;
    self->door = door;
    self->server = receiver;
    d->calls++;
    receiver->serving = self;
    receiver->priority = self->priority > receiver->base ? self->priority : receiver->base;
    CALL_ARG0(receiver) = function;
    CALL_ARG1(receiver) = d->cookie;
    CALL_ARG3(receiver) = sizes;
    return switch_to(receiver);
    // END doors.8
}

/* The caller finds its reply, of data alone. */
static inline void
end_call(struct thread *caller, uint32_t value, uint32_t error, uint32_t size)
{
    list_remove(&caller->link);
    caller->server = NULL;
    caller->via = NULL;
    CALL_ARG0(caller) = value;
    CALL_ARG1(caller) = error;
    CALL_ARG2(caller) = 0;
    CALL_ARG3(caller) = call_sizes(0, size, 0);
}

/* A reply of data, and nobody else has called. */
struct thread *
fast_reply_receive(struct thread *self)
{
    // SOLUTION doors.8
    // | /* TODO doors.8 */
    // | (void)end_call;
    // | return call_reply_receive(self);
    uint32_t sizes = CALL_ARG3(self), size = call_data_size(sizes), value = 0, error = 0;
    struct thread *caller = self->serving;
    struct descriptor *via;
    struct door *door;

    if (unlikely(!caller || caller == &thread_gone || caller->trap.function || !can_switch(caller)))
        return call_reply_receive(self);
    door = caller->door;
    if (unlikely(!list_empty(&door->callers) || !list_empty(&door->events) || !door->owner))
        return call_reply_receive(self);
    via = caller->via;
    if (unlikely(call_descriptors(sizes) || via->object != &door->object))
        return call_reply_receive(self);
    if (size > 0) {
        char *from, *to;

        if (unlikely(size > call_total_size(CALL_ARG3(caller))))
            return call_reply_receive(self);
        if (unlikely(!reach(&from, self->process, CALL_ARG2(self), size, SPAN_READ)
                     || !reach(&to, caller->process, CALL_ARG2(caller), size, SPAN_WRITE)))
            return call_reply_receive(self);
        copy_words(to, from, size);
        if (likely(size >= 4))
            value = ((uint32_t *)from)[0];
        if (likely(size >= 8))
            error = ((uint32_t *)from)[1];
    }

    via->cookie = CALL_ARG1(self);
    via->calls--;
    end_call(caller, value, error, size);
    self->serving = NULL;
    self->priority = self->base;
    self->state = THREAD_RECEIVING;
    self->door = door;
    list_append(&door->receivers, &self->link);
    CALL_ARG0(self) = CALL_RECEIVE;
    CALL_ARG1(self) = self->receives;
    CALL_ARG3(self) = sizes & ~RECEIVE_LIMIT;
    return switch_to(caller);
    // END doors.8
}
