/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sorts an array of words of so many MiB in memory, which may be larger than the machine's, and looks whether it is sorted.
 */
#include "sys/manager.h"
#include "sys/options.h"
#include "sys/stdio.h"

#include "abi/process.h"

#define MIB_WORDS (1u << 18)
#define MIB_PAGES 256u
#define FEW       16 /* words that are sorted by insertion */

static uint32_t
random_word(void)
{
    static uint32_t state = 1;

    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static void
insert_all(uint32_t *first, uint32_t *last)
{
    for (uint32_t *next = first + 1; next < last; next++) {
        uint32_t word = *next, *at = next;

        for (; at > first && at[-1] > word; at--)
            *at = at[-1];
        *at = word;
    }
}

/* What is less than the pivot comes before it; where the others begin. */
static uint32_t *
divide(uint32_t *first, uint32_t *last, uint32_t pivot)
{
    for (;;) {
        while (*first < pivot)
            first++;
        do
            last--;
        while (*last > pivot);
        if (first >= last)
            return first;
        uint32_t word = *first;

        *first++ = *last;
        *last = word;
    }
}

/* The smaller part first: so the stack stays small. */
static void
sort(uint32_t *first, uint32_t *last)
{
    while (last - first > FEW) {
        uint32_t *middle = divide(first, last, first[(last - first) / 2]);

        if (middle - first < last - middle) {
            sort(first, middle);
            first = middle;
        } else {
            sort(middle, last);
            last = middle;
        }
    }
    insert_all(first, last);
}

static bool
is_sorted(const uint32_t *word, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (word[i - 1] > word[i])
            return false;
    return true;
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "mib");
    uint32_t mib = number_of(o.operand[0]), count = mib * MIB_WORDS, before;
    struct result at = map(0, mib * MIB_PAGES, MEMORY_WRITABLE);
    uint32_t *word = (uint32_t *)at.value;

    if (at.error)
        return failed("memory", at.error);
    for (uint32_t i = 0; i < count; i++)
        word[i] = random_word();
    before = clock_milliseconds();
    sort(word, word + count);
    printf("%u MiB in %u ms\n", mib, clock_milliseconds() - before);
    return is_sorted(word, count) ? 0 : 1;
}
