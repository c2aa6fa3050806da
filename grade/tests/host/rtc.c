/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The real-time clock on the host, one that changes while it is read: for each struct moment that comes in, what
 * is made of it goes out.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void outb(uint16_t port, uint8_t value);
static uint8_t inb(uint16_t port);

#include "system/rtc.h"

#define BYTES 0x40

static struct moment {
    uint8_t before[BYTES], after[BYTES];
    uint32_t change; /* with this read it has changed */
    uint32_t takes;  /* so many reads before it says so, and what is read then is nothing */
} moment;

#define NOTHING 0x11

static uint8_t selected;
static uint32_t reads;

static void
outb(uint16_t port, uint8_t value)
{
    if (port != RTC_INDEX || value >= BYTES)
        abort();
    selected = value;
}

static uint8_t
inb(uint16_t port)
{
    uint32_t at = reads++;

    if (port != RTC_VALUE)
        abort();
    if (at >= moment.change)
        return moment.after[selected];
    if (at + moment.takes < moment.change)
        return moment.before[selected];
    return selected == STATUS_A ? CHANGING : selected == STATUS_B ? moment.before[selected] : NOTHING;
}

int
main(void)
{
    while (fread(&moment, sizeof(moment), 1, stdin)) {
        uint32_t time;

        reads = 0;
        time = read_clock();
        fwrite(&time, sizeof(time), 1, stdout);
    }
    return 0;
}
