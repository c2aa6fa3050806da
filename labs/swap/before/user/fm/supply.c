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

/* What is left of `all`; 0 if it does not suffice. */
static uint32_t
without(uint32_t all, uint32_t part)
{
    return all > part ? all - part : 0;
}

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

uint32_t
supply_blocks(void)
{
    struct result self = process_number();
    struct process_view process;
    struct machine_view machine;

    if (self.error || process_next(self.value, &process).error || machine_look(&machine).error)
        return 0;
    return least(without(process.pages_max, process.pages + TABLES), without(machine.frames_free, SPARE));
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
