/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for the store: see supply.h.
 */
#include "supply.h"

#include "store.h"
#include "sys/manager.h"
#include "sys/object.h"

#define TABLES 160 /* pages for all that is not in the store: more than its tables and stack are */
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

/* What others have in memory can make room there, as far as the swap device has. */
static bool
may_swap(uint32_t frames)
{
    struct memory_counts counts;

    return !memory_look(&counts).error && counts.frames_free + counts.slots - counts.slots_used >= frames;
}

bool
supply_may(uint32_t blocks)
{
    struct machine_view view;

    if (machine_look(&view).error)
        return false;
    return view.frames_free >= blocks + SPARE || may_swap(blocks + SPARE);
}
