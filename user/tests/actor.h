/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that do one thing each, in this process or in a peer's, and keep what came of
 * it: so one program can be all sides of a conversation.  They never report: the
 * lines of reports have one order, that of the main thread.
 */
#pragma once

#include "door.h"
#include "peer.h"
#include "test.h"

#define ACTOR_STACK 1008

struct actor {
    uint8_t stack[ACTOR_STACK] __attribute__((aligned(16)));
    void (*act)(void *);
    struct actor *self;
    uint32_t thread; /* a descriptor of it */

    /* The call that actor_call() makes, and what it finds. */
    uint32_t function, door, sizes;
    void *buffer;
    uint32_t word[4];
    struct reply r;
    volatile bool done;
};

void thread_entry(void); /* crt0.asm */

/* A thread of `process` that does act(a) on a's stack. */
static inline void
actor_start(struct actor *a, uint32_t process, void (*act)(void *))
{
    struct registers r = {.eax = (uint32_t)&a->act, .eip = (uint32_t)thread_entry, .esp = (uint32_t)&a->act};

    a->act = act;
    a->self = a;
    a->done = false;
    a->thread = process_thread(process).value;
    thread_write(a->thread, &r);
    thread_run(a->thread);
}

static inline void
actor_call(void *argument)
{
    struct actor *a = argument;

    a->r = send(a->function, a->door, a->buffer, a->sizes);
    a->done = true;
}

/* Starts a call with `data` bytes of its words, in a buffer of `total`. */
static inline void
actor_sends(struct actor *a, uint32_t process, uint32_t function, uint32_t door, uint32_t total, uint32_t data)
{
    a->function = function;
    a->door = door;
    a->buffer = a->word;
    a->sizes = call_sizes(total, data, 0);
    actor_start(a, process, actor_call);
}

/* Everybody else gets to where they wait. */
static inline void
settle(void)
{
    for (int turns = 0; turns < 20; turns++)
        yield();
}

/* One bit for each that is done. */
static inline uint32_t
actors_done(const struct actor *actors, uint32_t count)
{
    uint32_t mask = 0;

    for (uint32_t i = 0; i < count; i++)
        mask |= (uint32_t)actors[i].done << i;
    return mask;
}
