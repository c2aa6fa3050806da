/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The slots of the swap device, each for one page.
 *
 * A slot is taken when a page is written, and stays with the page as long as that has not changed; it is free when the
 * page is gone, or is going to be written anew.  It is never free while it is being written.
 */
#include "vm.h"

#include "memory.h"

uint32_t swap_slots, swap_used, swap_bad;

enum { SLOT_FREE, SLOT_USED, SLOT_BAD };

static uint8_t *map; /* by slot; slot 0 is none */
static uint32_t next_slot = 1;

bool
slots_start(uint32_t slots)
{
    if (!map)
        map = calloc(slots, 1);
    if (map)
        swap_slots = slots;
    return map;
}

void
slot_free(uint32_t slot)
{
    // SOLUTION swap.5
    // | /* TODO swap.5: slot 0 is none. */
    // | if (slot)
    // |     exercise_missing("swap.5");
    if (slot == 0)
        return;
    map[slot] = SLOT_FREE;
    swap_used--;
    // END swap.5
}

void
slot_spoil(uint32_t slot)
{
    map[slot] = SLOT_BAD;
    swap_used--;
    swap_bad++;
}

static bool
all_free(uint32_t slot, uint32_t count)
{
    // SOLUTION swap.5
    // | /* TODO swap.5: what is behind the last slot is not. */
    // | (void)slot, (void)count;
    // | exercise_missing("swap.5");
    // | return false;
    for (uint32_t i = 0; i < count; i++)
        if (slot + i >= swap_slots || map[slot + i] != SLOT_FREE)
            return false;
    return true;
    // END swap.5
}

/* So many free slots in a row, from where the search ended last; 0: there are none. */
static uint32_t
find_run(uint32_t count)
{
    // SOLUTION swap.5
    // | /* TODO swap.5: slots 1 to swap_slots - 1, each once; next_slot goes on behind the last one, too. */
    // | (void)count, (void)all_free, (void)next_slot;
    // | exercise_missing("swap.5");
    // | return 0;
    for (uint32_t n = 1; n < swap_slots; n++) {
        uint32_t slot = next_slot < swap_slots ? next_slot : 1;

        next_slot = slot + 1;
        if (all_free(slot, count))
            return slot;
    }
    return 0;
    // END swap.5
}

uint32_t
slots_take(uint32_t *count)
{
    // SOLUTION swap.5
    // | /* TODO swap.5: find_run(), of fewer if need be; they are in use from now on. */
    // | (void)count, (void)find_run;
    // | exercise_missing("swap.5");
    // | return 0;
    uint32_t slot = find_run(*count);

    while (!slot && *count > 1)
        slot = find_run(--*count);
    for (uint32_t i = 0; slot && i < *count; i++)
        map[slot + i] = SLOT_USED;
    swap_used += slot ? *count : 0;
    next_slot = slot + *count;
    return slot;
    // END swap.5
}
