/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for the store: see supply.h.
 */
#include "supply.h"

#include "abi/memory.h"
#include "store.h"
#include "sys/manager.h"

#define TABLES 128 /* pages for all that is not in the store: more than its tables and stack are */
#define SPARE  256 /* frames of the machine that are left to others */

uint32_t
supply_blocks(void)
{
    struct result self = process_number();
    struct process_view view;

    if (self.error || process_next(self.value, &view).error || view.pages_max < view.pages + TABLES)
        return 0;
    return view.pages_max - view.pages - TABLES;
}

bool
supply_more(void *at, uint32_t size)
{
    volatile uint8_t *byte = at;
    struct machine_view view;

    if (machine_look(&view).error || view.frames_free < size / BLOCK + SPARE)
        return false;
    if (map((uint32_t)at, size / BLOCK, MEMORY_WRITABLE).error)
        return false;
    for (uint32_t i = 0; i < size; i += BLOCK)
        byte[i] = 0;
    return true;
}
