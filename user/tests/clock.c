/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compares the kernel's clock with the processor's time stamp counter, over
 * the number of milliseconds that the argument gives.
 */
#include "test.h"

static uint32_t
number(const char *text)
{
    uint32_t value = 0;

    while (*text >= '0' && *text <= '9')
        value = value * 10 + *text++ - '0';
    return value;
}

/* The clock must have moved by itself before it is measured. */
static uint32_t
next_tick(void)
{
    uint32_t start = clock_milliseconds(), now;

    do
        now = clock_milliseconds();
    while (now == start);
    return now;
}

int
main(const struct boot_info *info)
{
    uint32_t wait = number(test_argument(info)), start, now, steps = 0, last;
    uint64_t counter;

    call_by_sysenter = false;
    last = start = next_tick();
    counter = rdtsc();
    while ((now = clock_milliseconds()) - start < wait)
        if (now != last) {
            steps++;
            last = now;
        }
    report("cycles", "%u", (uint32_t)((rdtsc() - counter) >> 10));
    report("milliseconds", "%u", now - start);
    report("steps", "%u", steps + 1);
    report("hz", "%u", info->hz);
    report_end();
}
