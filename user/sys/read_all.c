/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole stream in memory: see inputs.h.
 */
#include "inputs.h"

#include "heap.h"
#include "manager.h"
// SINCE swap
#include "object.h"

#define HEAP_MAX 0x40000u /* pages */
// END swap

#define PAGE  4096u
#define SPARE 16 /* pages, for the stack and what else has not been touched yet */

// SINCE swap
static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Pages that memory and swap have room for, as it is now. */
static uint32_t
machine_room(void)
{
    struct memory_counts m;

    if (memory_look(&m).error)
        return 0;
    return least(m.frames_free - least(m.frames_free, m.frames_kept + SPARE) + m.slots - m.slots_used - m.slots_bad, HEAP_MAX);
}

// END swap
void
large_heap(void)
{
    struct process_view me;
    uint32_t left = 0;

    if (!process_next(process_number().value, &me).error && me.pages_max > me.pages + SPARE)
        left = me.pages_max - me.pages - SPARE;
    // SINCE swap
    left = least(left, machine_room());
    // END swap
    heap_start(left * PAGE);
}

char *
read_all(struct stream *s, uint32_t *size)
{
    uint32_t room = 0;
    char *text = NULL;

    for (*size = 0;; (*size)++) {
        int c = getc(s);

        if (*size == room) {
            char *more = realloc(text, room = room ? 2 * room : PAGE);

            if (!more)
                return NULL;
            text = more;
        }
        text[*size] = c < 0 ? 0 : c;
        if (c < 0)
            return text;
    }
}
