/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ranges of user addresses, as a program gives them: any two numbers.  Their
 * sum may wrap, so nothing here adds before it has compared.
 */
#include "paging.h"

/*
 * May these pages be mapped for ring 3?  1 to MEMORY_PAGES_MAX whole pages,
 * below the kernel; and never the one at address 0, so that a NULL pointer
 * always faults.
 */
bool
range_of_pages(uint32_t address, uint32_t pages)
{
    // SOLUTION paging.4
    // | /* TODO paging.4 */
    // | (void)address, (void)pages;
    // | exercise_stop("paging.4");
    if (address % PAGE_SIZE != 0 || address == 0 || address >= KERNEL_BASE)
        return false;
    return pages > 0 && pages <= MEMORY_PAGES_MAX && pages <= (KERNEL_BASE - address) / PAGE_SIZE;
    // END paging.4
}

/* Do these bytes lie below the kernel?  No bytes at all do so anywhere up to it. */
bool
range_of_bytes(uint32_t address, uint32_t size)
{
    // SOLUTION paging.4
    // | /* TODO paging.4 */
    // | (void)address, (void)size;
    // | exercise_stop("paging.4");
    return address <= KERNEL_BASE && size <= KERNEL_BASE - address;
    // END paging.4
}
