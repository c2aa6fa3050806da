/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that computes, never gives the processor away, and says now and
 * then how far it is.  Only the timer lets another one run beside it.
 */
#include "call.h"
#include "text.h"

#define LINES         6
#define LINE_EVERY_MS 40

static uint32_t
count_for(uint32_t milliseconds)
{
    uint32_t start = clock_milliseconds(), rounds = 0;

    while (clock_milliseconds() - start < milliseconds)
        rounds++;
    return rounds;
}

int
main(const struct boot_info *info)
{
    (void)info;
    for (int line = 1; line <= LINES; line++) {
        uint32_t rounds = count_for(LINE_EVERY_MS);

        printf("%s %d: %u rounds, at %u ms\n", NAME, line, rounds, clock_milliseconds());
    }
    return 0;
}
