/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects, and the descriptors by which processes name them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "abi/door.h"
#include "list.h"

/*
 * What every object begins with.  It takes the functions from `first` on, `span` of
 * them: so one subtraction and one comparison tell whether a descriptor names
 * something, something alive, of the right kind, and whether it takes the call.
 */
struct object {
    uint32_t first;
    uint32_t span; /* 0: it is dead, or nothing */
    uint32_t kind; /* OBJECT_... */
    uint32_t references; /* descriptors of it; of a door, those that are not the owner's */
};

/* A number that is not in use names object_nothing. */
struct descriptor {
    struct object *object;
    uint32_t rights; /* RIGHT_..., and DESCRIPTOR_OWNER */
    uint32_t cookie; /* of a number that is not in use, the next such number */
    uint32_t calls;  /* through it that are under way; until they end the number is not used again */
};

#define DESCRIPTOR_OWNER (1u << 8)
#define DESCRIPTOR_MARK  (1u << 9) /* transfer.c */

/* A message that the kernel sends in the name of a thread: struct fault_message. */
struct trap {
    uint32_t function; /* MESSAGE_FAULT, MESSAGE_TRAP, or 0: there is none */
    uint32_t vector, error, address, access, present;
    uint32_t again; /* CALL_AGAIN: the call that it interrupted is made again */
};

/* A message of the kernel's that nobody waits for: at most one from each source. */
struct event {
    struct list link; /* in door->events, or in no list */
    uint32_t function; /* MESSAGE_... */
    uint32_t cookie;
};

/* A thread that waits at a door, among others. */
struct waiter {
    struct list link;
    struct thread *thread;
};

/* What is left to do for something that has died: reap.c. */
struct work {
    struct list link;
    bool (*piece)(struct work *work); /* does a piece, and answers whether it was the last */
};

struct door {
    struct object object;
    struct process *owner; /* NULL: it is dead */
    bool over;             /* it is dead, and everybody there has been told */
    uint32_t cookie;       /* of MESSAGE_UNREF */
    struct event unref;
    struct list callers;   /* THREAD_CALLING, in the order of their coming */
    struct list served;    /* THREAD_SERVED */
    struct list receivers; /* THREAD_RECEIVING; while there are any, callers and events are empty */
    struct list waiters;   /* struct waiter */
    struct list events;
    struct work work;
};
