/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that run a C function.
 */
#include "call.h"

void thread_entry(void); /* crt0.asm */

struct start {
    void (*function)(void *);
    void *argument;
};

struct result
thread_start(void (*function)(void *), void *argument, void *stack, size_t size)
{
    uint32_t top = ((uint32_t)stack + size) & ~15u;
    struct start *start = (struct start *)(top - 16);
    struct thread_start message = {
        .entry = (uint32_t)thread_entry,
        .stack = (uint32_t)start,
        .argument = (uint32_t)start,
    };

    *start = (struct start){function, argument};
    return kernel_call(CALL_THREAD_CREATE, CALL_SELF, &message, sizeof(message));
}
