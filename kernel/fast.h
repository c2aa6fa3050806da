/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fast paths have in common: they go straight on, and leave what is not plain sight to others.
 */
#pragma once

#include "door.h"
#include "x86.h"

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* Finds the kernel's address of bytes in one page that `p` may use so; false if it is not that simple. */
static inline bool
reach(char **at, const struct process *p, uint32_t address, uint32_t size, uint32_t use)
{
    uint32_t table, *entry, needed = PAGE_PRESENT | (use & PAGE_WRITABLE);

    if (unlikely(address >= KERNEL_BASE || address % PAGE_SIZE + size > PAGE_SIZE))
        return false;
    table = ((uint32_t *)direct(p->space))[address >> 22];
    if (unlikely(!(table & PAGE_PRESENT)))
        return false;
    entry = (uint32_t *)direct(page_down(table)) + address / PAGE_SIZE % 1024;
    if (unlikely((*entry & (needed | PAGE_DEVICE)) != needed))
        return false;
    *entry |= use;
    *at = (char *)direct(page_down(*entry)) + address % PAGE_SIZE;
    return true;
}

/* Can `t` run at once, and nothing else has to? */
static inline bool
can_switch(const struct thread *t)
{
    return !(t->unusual | fpu_enabled | ports_count | ready_bits >> t->priority >> 1);
}

/* As thread_switch(), which finds nothing left to do. */
static inline struct thread *
switch_to(struct thread *t)
{
    t->state = THREAD_RUNNING;
    if (read_cr3() != t->process->space)
        write_cr3(t->process->space);
    *segments_stack = (uint32_t)(&t->frame + 1);
    return t;
}
