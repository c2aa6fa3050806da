/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads, and the registers that a thread left behind when it trapped.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "abi/call.h"

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
};

/* FXSAVE wants 512 bytes at a multiple of 16 (Intel SDM volume 1, 10.5.1). */
struct fpu_state {
    uint8_t bytes[512];
} __attribute__((aligned(16)));

/* The frame comes first: a thread and its frame have one address. */
struct thread {
    struct frame frame;
    uint32_t number; /* never used twice; the root thread is 1 */
    enum thread_state state;
    struct thread *next; /* in the ready queue */
    struct process *process;
    struct fpu_state fpu;
    uint8_t below_next[VM86_EXTRA]; /* see thread.c */
};

_Static_assert(__builtin_offsetof(struct thread, frame) == 0, "trap.asm pushes into the thread");
_Static_assert(sizeof(struct frame) == 76, "trap.asm knows the offsets");

/* The kernel call that `self` is in: its argument registers. */
#define CALL_ARG0(t) ((t)->frame.eax)
#define CALL_ARG1(t) ((t)->frame.ebx)
#define CALL_ARG2(t) ((t)->frame.esi)
#define CALL_ARG3(t) ((t)->frame.edi)
