/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Heapsort: needs no memory, and is never slow.
 */
#include "sort.h"

/* item[at] goes down until neither of the two below it, 2 * at + 1 and the next, comes behind it. */
static void
sink(void **item, uint32_t at, uint32_t count, int (*compare)(const void *a, const void *b))
{
    for (uint32_t below; (below = 2 * at + 1) < count; at = below) {
        void *here = item[at];

        if (below + 1 < count && compare(item[below + 1], item[below]) > 0)
            below++;
        if (compare(here, item[below]) >= 0)
            return;
        item[at] = item[below];
        item[below] = here;
    }
}

void
sort_pointers(void **item, uint32_t count, int (*compare)(const void *a, const void *b))
{
    for (uint32_t at = count / 2; at-- > 0;)
        sink(item, at, count, compare);
    while (count > 1) {
        void *last = item[0];

        item[0] = item[--count];
        item[count] = last;
        sink(item, 0, count, compare);
    }
}
