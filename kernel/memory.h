/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory as the kernel sees it: the first DIRECT_SIZE bytes of it
 * are mapped at KERNEL_BASE (boot.asm).
 */
#pragma once

#include "abi/memory.h"
#include "kernel.h"

#define PAGE_SIZE   4096u
#define DIRECT_SIZE (896u << 20)
#define KERNEL_START 0x100000u /* where the loader puts the kernel (link.ld) */

static inline void *
direct(paddr_t address)
{
    return (void *)(address + KERNEL_BASE);
}

static inline paddr_t
physical(const void *kernel_address)
{
    return (uint32_t)kernel_address - KERNEL_BASE;
}

static inline uint32_t
page_up(uint32_t address)
{
    return (address + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}

static inline uint32_t
page_down(uint32_t address)
{
    return address & ~(PAGE_SIZE - 1);
}
