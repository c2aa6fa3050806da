/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A page fault whose manager answers it with the page: abi/door.h.  The way there and back is as short as that of
 * a call (fast.c); what is not plain sight is left to manager.c and reply.c.
 */
#include "fast.h"

#define SIZES 0xfffffu /* of arg3: data and descriptors */

bool
is_page_reply(const struct thread *self, const struct thread *caller)
{
    bool fault = caller->trap.function == MESSAGE_FAULT;

    return fault && (CALL_ARG3(self) & SIZES) == call_sizes(0, sizeof(struct memory_share), 0);
}

/* `caller` goes on as it is, with what the reply of `self` maps.  0; or an error, and nothing has changed. */
static uint32_t
give(const struct thread *self, struct thread *caller, const struct memory_share *s)
{
    uint32_t error = process_share(self, caller->process, s);

    if (!error)
        caller->again = caller->trap.again;
    return error == ERR_ABSENT ? ERR_ADDRESS : error; /* no page of the buffer is absent */
}

uint32_t
page_reply(struct thread *self, struct thread *caller)
{
    struct memory_share s;
    struct span from;
    uint32_t error = message_find(&from, self, sizeof(s), SPAN_READ);

    if (error)
        return error;
    span_copy((struct span){.at = (char *)&s, .size = sizeof(s)}, from, sizeof(s));
    return give(self, caller, &s);
}

/* A page fault of `self`, to a manager that waits for it.  As fault_send(). */
struct thread *
page_fault_send(struct thread *self)
{
    struct descriptor *manager = &self->process->manager;
    struct door *door = (struct door *)manager->object;
    struct fault fault = fault_decode(&self->frame, read_cr2());
    struct fault_message *message;
    struct thread *receiver;
    char *to;

    if (unlikely(door->object.span == 0 || list_empty(&door->receivers)))
        return fault_send(self);
    receiver = THREAD_OF(door->receivers.next);
    if (unlikely(!can_switch(receiver) || call_total_size(CALL_ARG3(receiver)) < sizeof(struct fault_message)
                 || !reach(&to, receiver->process, CALL_ARG2(receiver), sizeof(struct fault_message), SPAN_WRITE)))
        return fault_send(self);

    self->trap = (struct trap){MESSAGE_FAULT, VECTOR_PAGE_FAULT, self->frame.error, fault.address, fault.access,
                               fault.present, CALL_DONE};
    message = (struct fault_message *)to;
    message->vector = VECTOR_PAGE_FAULT;
    message->error = self->frame.error;
    message->address = fault.address;
    message->access = fault.access;
    message->present = fault.present;
    message->thread = self->number;
    message->registers = registers_of(self);
    list_remove(&receiver->link);
    list_append(&door->served, &self->link);
    self->state = THREAD_SERVED;
    self->via = manager;
    self->door = door;
    self->server = receiver;
    manager->calls++;
    receiver->serving = self;
    receiver->priority = self->priority > receiver->base ? self->priority : receiver->base;
    CALL_ARG1(receiver) = manager->cookie;
    trap_arguments(self, receiver);
    return switch_to(receiver);
}

/* CALL_REPLY_RECEIVE: the page that a thread waits for, and nobody else has called.  As reply_receive(). */
struct thread *
page_reply_receive(struct thread *self)
{
    struct thread *caller = self->serving;
    struct door *door;
    char *from;

    if (!caller || !is_page_reply(self, caller) || caller->trap.again != CALL_DONE || !can_switch(caller))
        return reply_receive(self);
    door = caller->door;
    if (door->owner != self->process || !list_empty(&door->callers) || !list_empty(&door->events)
        || caller->via->object != &door->object)
        return reply_receive(self);
    if (!reach(&from, self->process, CALL_ARG2(self), sizeof(struct memory_share), SPAN_READ)
        || give(self, caller, (const struct memory_share *)from))
        return reply_receive(self);

    caller->trap.function = 0;
    caller->via->cookie = CALL_ARG1(self);
    caller->via->calls--;
    caller->via = NULL;
    caller->server = NULL;
    list_remove(&caller->link);
    list_append(&door->receivers, &self->link);
    self->state = THREAD_RECEIVING;
    self->priority = self->base;
    self->serving = NULL;
    self->door = door;
    CALL_ARG0(self) = CALL_RECEIVE;
    CALL_ARG1(self) = self->receives;
    CALL_ARG3(self) &= ~RECEIVE_LIMIT;
    return switch_to(caller);
}
