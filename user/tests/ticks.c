/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notices interrupts without any help of the kernel's: reading the time stamp
 * counter over and over, it sees when it was kept from doing so.  It makes no
 * kernel call; the grader stops it at ticks_done and reads what it found.
 */
#include "test.h"

#define TICKS 25
#define LATE  5 /* the first ones may come late: the kernel may print something */

uint32_t ticks_length; /* of TICKS intervals, in cycles / 1024 */

__asm__(".globl ticks_done\n"
        "ticks_done: jmp ticks_done\n");

void ticks_done(void);

/* What two readings in a row differ by when nothing comes in between. */
static uint32_t
undisturbed(void)
{
    uint32_t least = -1;

    for (int i = 0; i < 64; i++) {
        uint32_t start = (uint32_t)rdtsc(), length = (uint32_t)rdtsc() - start;

        if (length < least)
            least = length;
    }
    return least;
}

/* Reads until there is a gap; answers with the time behind it. */
static uint64_t
next_gap(uint32_t longest)
{
    uint64_t last = rdtsc(), now = last;

    while (now - last <= longest) {
        last = now;
        now = rdtsc();
    }
    return now;
}

int
main(const struct boot_info *info)
{
    uint32_t longest = 6 * undisturbed();
    uint64_t start, end;

    (void)info;
    for (int i = 0; i < LATE; i++)
        next_gap(longest);
    start = end = next_gap(longest);
    for (int i = 0; i < TICKS; i++)
        end = next_gap(longest);
    ticks_length = (uint32_t)((end - start) >> 10);
    ticks_done();
    return 0;
}
