/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap: see heap.h.
 */
#include "heap.h"

#include "manager.h"

#define PAGE 4096u

struct result
heap_start(uint32_t size)
{
    uint32_t pages = size / PAGE + (size % PAGE > 0);
    struct result r = map(0, pages, MEMORY_WRITABLE);

    if (!r.error)
        heap_use((void *)r.value, pages * PAGE);
    return r;
}
