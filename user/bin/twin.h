/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One of two programs that hold different things at the same address, and see
 * each its own.
 */
#include "call.h"
#include "text.h"

#define LINES         4
#define LINE_EVERY_MS 60

static volatile uint32_t treasure = TREASURE;

static void
wait(uint32_t milliseconds)
{
    uint32_t start = clock_milliseconds();

    while (clock_milliseconds() - start < milliseconds)
        ;
}

int
main(const struct boot_info *info)
{
    (void)info;
    for (int line = 0; line < LINES; line++) {
        printf("%s my treasure lies at %08x, and is %x%s\n", NAME, (uint32_t)&treasure, treasure,
               treasure == TREASURE ? "" : ": SOMEBODY HAS CHANGED IT");
        wait(LINE_EVERY_MS);
    }
    for (;;)
        yield();
}
