/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Doors and messages: what their files offer each other.
 */
#pragma once

#include "paging.h"
#include "process.h"

/* span.c */
struct span {
    char *at; /* where the kernel reaches the first bytes */
    uint32_t size;
    char *rest;      /* and those in the next page */
    uint32_t absent; /* after ERR_ABSENT: the address of the first page that is not there */
};
#define SPAN_READ  PAGE_ACCESSED
#define SPAN_WRITE (PAGE_ACCESSED | PAGE_DIRTY | PAGE_WRITABLE)
uint32_t span_find(struct span *s, const struct process *p, uint32_t address, uint32_t size, uint32_t use);
void span_copy(struct span to, struct span from, uint32_t size);

/* door.c */
struct door *door_owned(const struct process *p, uint32_t number, uint32_t *error);
bool door_in_use(const struct door *door);
void door_die(struct door *door);
void door_unreferenced(struct door *door);
void door_event(struct door *door, struct event *event);
void event_drop(struct event *event);
struct thread *event_take(struct thread *self, struct door *door);

/* send.c */
uint32_t message_find(struct span *s, const struct thread *t, uint32_t size, uint32_t use);
struct thread *message_pass(struct thread *self, struct descriptor *d);
struct thread *message_send(struct thread *self);
struct thread *message_receive(struct thread *self, struct door *door, uint32_t limit);
void call_undone(struct thread *t, uint32_t error);
void call_fails(struct thread *t, uint32_t error);

/* fast.c */
extern bool fast_path;
struct thread *fast_send(struct thread *self);
struct thread *fast_reply_receive(struct thread *self);

/* transfer.c */
uint32_t transfer_check(struct process *from, struct span message, struct process *to, uint32_t sizes);
uint32_t transfer_do(struct process *from, struct process *to, uint32_t count);
void transfer_write(struct span message, uint32_t sizes);

/* reply.c */
extern struct thread thread_gone; /* stands for a sender that has ended while its message was being served */
extern struct object object_gone; /* what a descriptor of a reply names then */
struct thread *reply_fetch(struct thread *self);
// SINCE swap
struct thread *reply_receive(struct thread *self);
// END swap
void reply_dropped(struct thread *caller);
void reply_gone(struct thread *caller);

/* wait.c */
bool limit_set(struct thread *t, uint32_t milliseconds);
void limit_clear(struct thread *t);
void limit_expire(void);
void waiter_wake(struct door *door);
void waiters_leave(struct thread *t);

/* manager.c */
#define ERR_OWN_PAGE 0xffff /* ring 3 never sees it: a page of the caller's own buffer is absent */
#define INT_SIZE     2      /* bytes of an `int` instruction */
struct thread *fault_send(struct thread *self);
struct thread *fault_own(struct thread *self);
bool fault_absent(struct thread *t, uint32_t address, bool write);
struct thread *trap_send(struct thread *self, uint32_t vector);
struct thread *trap_pass(struct thread *t);
struct thread *trap_again(struct thread *t);
uint32_t trap_message(const struct thread *caller, struct span *message);
void trap_arguments(const struct thread *caller, struct thread *receiver);
uint32_t trap_resume(struct thread *self, struct thread *caller);
void trap_refuse(struct thread *caller);
bool trap_handled(struct thread *self, struct thread **next);
void trap_unanswered(struct thread *t);
struct registers registers_of(const struct thread *t);
void registers_set(struct thread *t, const struct registers *r);

/* call_process.c */
uint32_t process_share(const struct thread *self, struct process *p, const struct memory_share *s);

// SINCE swap
/* page.c */
struct thread *page_fault_send(struct thread *self);
struct thread *page_reply_receive(struct thread *self);
uint32_t page_reply(struct thread *self, struct thread *caller);
bool is_page_reply(const struct thread *self, const struct thread *caller);

// END swap
/* call.c */
struct thread *message_call(struct thread *self);

// SINCE pm
/* trace.c */
#define CALL_TOLD (CALL_END + 1) /* in `again`, while a call passes: the tracer is told of its end */
struct thread *trace_pass(struct thread *t);
struct thread *trace_over(struct thread *t);
// END pm

/* irq.c, idle.asm */
void irq_happened(unsigned irq);
void idle_interrupt(unsigned irq) __attribute__((noreturn));
void idle_wait(void) __attribute__((noreturn));
void idle_poll(void) __attribute__((noreturn));
void idle_over(void) __attribute__((noreturn));
extern const char idle_end[];

/* thread.c: a bit for each priority at which something is ready. */
extern uint32_t ready_bits;

/* Is something ready that `t` has to leave the processor to? */
static inline bool
ready_above(const struct thread *t)
{
    return ready_bits >> t->priority >> 1;
}

/* In arg3 of CALL_RECEIVE. */
#define RECEIVE_LIMIT 0x000fffffu

/* An error about the caller's own buffer: if a page of it is absent, that is not for the caller to mend. */
static inline uint32_t
own_page(uint32_t error)
{
    return error == ERR_ABSENT ? ERR_OWN_PAGE : error;
}

/* The bytes of a message with these sizes: padding is only there for descriptors. */
static inline uint32_t
message_size(uint32_t sizes)
{
    uint32_t size = call_data_size(sizes), descriptors = call_descriptors(sizes);

    return descriptors ? descriptors_at(size) + 4 * descriptors : size;
}

/* The call of `t` through a descriptor is over; nothing if it is in none. */
static inline void
via_done(struct thread *t)
{
    struct descriptor *via = t->via;

    t->via = NULL;
    if (via && --via->calls == 0 && via->object == &object_nothing)
        desc_reuse(t->process, via);
}
