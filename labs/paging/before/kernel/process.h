/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where processes will be.  In this lab all threads share one memory, and
 * whoever runs may ask the machine for anything.
 */
#pragma once

#include "kernel.h"

struct process;

/* The one process there is, which has nothing to tell it from others. */
static inline struct process *
process_root(void)
{
    return NULL;
}

/* A thread of `p` is going to run: its memory would be taken here. */
static inline void
process_use(const struct process *p)
{
    (void)p;
}

/* A call on something else than the caller itself: `handle` does it, if it is for the machine. */
static inline struct thread *
call_target(struct thread *self, handler *handle)
{
    bool machine = CALL_ARG1(self) == CALL_MACHINE && CALL_ARG0(self) >= CALL_MACHINE_FIRST;

    return machine ? handle(self) : call_fail(self, ERR_TARGET);
}

/* flat.c */
void memory_init(const struct boot *boot);
uint32_t memory_map(struct process *p, uint32_t address, uint32_t pages, bool writable);
uint32_t memory_protect(struct process *p, uint32_t address, uint32_t pages, bool writable);
void memory_show(struct process *p, uint32_t address, paddr_t frame);
uint32_t user_check(const struct process *p, uint32_t address, uint32_t size, bool write);
uint32_t user_read(const struct process *p, void *to, uint32_t from, uint32_t size);
uint32_t user_write(const struct process *p, uint32_t to, const void *from, uint32_t size);
