/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads, and the registers that a thread left behind when it trapped.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "abi/call.h"
#include "list.h"
// SINCE doors
#include "object.h"
// END doors

/*
 * The trap frame, in the order in which trap.asm and the processor fill it,
 * from the end to the start.  trap.asm knows these offsets.
 */
struct frame {
    uint32_t edi, esi, ebp, unused, ebx, edx, ecx, eax;
    uint32_t gs, fs, es, ds;
    uint32_t vector, error;
    uint32_t eip, cs, eflags;
    uint32_t esp, ss; /* not there in a frame from ring 0 */
};

#define FRAME_FROM_KERNEL_SIZE __builtin_offsetof(struct frame, esp)

/* A frame of virtual-8086 mode begins so many bytes below (trap.asm). */
#define VM86_EXTRA 16

enum thread_state {
    THREAD_FREE,    /* the slot may be used */
    THREAD_READY,   /* in the ready queue */
    THREAD_RUNNING, /* TSS.esp0 points behind its frame */
    // SINCE doors
    THREAD_STOPPED,   /* CALL_THREAD_START makes it ready */
    THREAD_CALLING,   /* among the callers of `door` */
    THREAD_SERVED,    /* its message was received: among those that `door` serves */
    THREAD_RECEIVING, /* among the receivers of `door` */
    THREAD_WAITING,   /* in CALL_WAIT */
    // END doors
};

// SINCE doors
enum { CALL_DONE, CALL_AGAIN, CALL_END }; /* its call is over; is made again; the thread ends */

// END doors
/* FXSAVE wants 512 bytes at a multiple of 16 (Intel SDM volume 1, 10.5.1). */
struct fpu_state {
    uint8_t bytes[512];
} __attribute__((aligned(16)));

/* The frame comes first: a thread and its frame have one address. */
struct thread {
    struct frame frame;
    uint32_t number; /* never used twice; the root thread is 1 */
    enum thread_state state;
    struct list link; /* in the queue that the state tells */
    struct process *process;
    // SINCE doors
    struct object object;
    struct list sibling; /* of the threads of its process */
    uint8_t base;        /* its own priority */
    uint8_t priority;    /* at which it runs: that of whom it serves, if that is higher */
    union {
        struct {
            bool stopped;  /* it does not become ready */
            bool limited;  /* its call has a deadline */
            uint8_t again; /* CALL_...: what it does before it can go on in ring 3 */
        };
        uint32_t unusual; /* all of these: 0 for most threads, most of the time */
    };

    /* As a caller, in the states CALLING and SERVED. */
    struct door *door;         /* of RECEIVING, too */
    struct descriptor *via;    /* what it called through; NULL in no call */
    struct thread *server;     /* SERVED: who received the message; NULL once it is parked */
    struct descriptor *parked; /* SERVED: the descriptor of the reply, then */
    struct object reply;       /* what that names */
    struct trap trap;          /* the message is the kernel's, in its name, unless function is 0 */
    uint32_t aside;            /* the frame of a reply that waits for the page that it goes to, or 0 */
    uint32_t buffer;           /* and the address that it goes to */

    /* As a server. */
    struct thread *serving; /* whose message it has received; thread_gone if that has ended */
    uint32_t receives;      /* owner's descriptor of the door where it received last */

    struct list limit; /* in the wheel of wait.c */
    uint32_t deadline; /* on the clock of timer.c */
    struct waiter waiter[WAIT_MAX];
    uint32_t turn; /* of the doors in CALL_WAIT the first to be looked at */

    struct descriptor sandbox; /* the door that gets the thread's system calls, or nothing */
    // END doors
    struct fpu_state fpu;
    // SINCE pm
    bool kept;   /* stopped with its process, which has a reference for it meanwhile */
    bool traced; /* who has the sandbox may let its calls pass: CALL_THREAD_TRACE */
    // END pm
    uint8_t below_next[VM86_EXTRA]; /* see thread.c */
};

_Static_assert(__builtin_offsetof(struct thread, frame) == 0, "trap.asm pushes into the thread");
_Static_assert(sizeof(struct frame) == 76, "trap.asm knows the offsets");

#define THREAD_OF(l) LIST_ENTRY(l, struct thread, link)

/* The kernel call that `self` is in: its argument registers. */
#define CALL_ARG0(t) ((t)->frame.eax)
#define CALL_ARG1(t) ((t)->frame.ebx)
#define CALL_ARG2(t) ((t)->frame.esi)
#define CALL_ARG3(t) ((t)->frame.edi)
