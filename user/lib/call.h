/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel calls from C.  abi/call.h has their numbers, registers and errors.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/boot.h"
#include "abi/call.h"

struct result {
    uint32_t value; /* -1 if the call failed */
    uint32_t error; /* 0, or why */
};

/* The same, and the sizes of what came back in the buffer. */
struct reply {
    uint32_t value, error;
    uint32_t sizes;
};

/* Use SYSENTER?  lib_init() decides by what the kernel says. */
extern bool call_by_sysenter;

static inline struct reply
enter_int(uint32_t function, uint32_t target, const void *buffer, uint32_t sizes)
{
    struct reply r;

    __asm__ volatile("int %6"
                     : "=a"(r.value), "=b"(r.error), "+S"(buffer), "=D"(r.sizes)
                     : "0"(function), "1"(target), "i"(CALL_VECTOR), "3"(sizes)
                     : "memory", "cc");
    return r;
}

static inline struct reply
enter_sysenter(uint32_t function, uint32_t target, const void *buffer, uint32_t sizes)
{
    struct reply r;

    __asm__ volatile("mov %%esp, %%ecx\n\t"
                     "mov $1f, %%edx\n\t"
                     "sysenter\n"
                     "1:"
                     : "=a"(r.value), "=b"(r.error), "+S"(buffer), "=D"(r.sizes)
                     : "0"(function), "1"(target), "3"(sizes)
                     : "ecx", "edx", "memory", "cc");
    return r;
}

static inline struct result
call_int(uint32_t function, uint32_t target, const void *buffer, uint32_t sizes)
{
    struct reply r = enter_int(function, target, buffer, sizes);

    return (struct result){r.value, r.error};
}

static inline struct result
call_sysenter(uint32_t function, uint32_t target, const void *buffer, uint32_t sizes)
{
    struct reply r = enter_sysenter(function, target, buffer, sizes);

    return (struct result){r.value, r.error};
}

/* By whichever way this processor has. */
static inline struct result
call_sized(uint32_t function, uint32_t target, const void *buffer, uint32_t sizes)
{
    return call_by_sysenter ? call_sysenter(function, target, buffer, sizes)
                            : call_int(function, target, buffer, sizes);
}

/* A call with `size` bytes of data at `data`, which may be NULL, and no data in the reply. */
static inline struct result
kernel_call(uint32_t function, uint32_t target, const void *data, uint32_t size)
{
    return call_sized(function, target, data, call_sizes(size, size, 0));
}

/* call.c: the calls of abi/call.h by name. */
void yield(void);
uint32_t clock_milliseconds(void);
void thread_exit(void) __attribute__((noreturn));
void machine_stop(uint32_t status) __attribute__((noreturn));
void console_write(const char *text, size_t size);
void test_write(const char *text, size_t size);

/*
 * thread.c: starts `function(argument)` as a thread on `stack`, which is `size`
 * bytes (their last 16 are used here).  Value: the thread's number.
 */
struct result thread_start(void (*function)(void *), void *argument, void *stack, size_t size);
