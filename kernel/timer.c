/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 8254 interval timer: counter 0 raises IRQ 0 `hz` times a second, and
 * the clock counts them.  (Intel 8254 data sheet.)
 */
#include "kernel.h"
#include "x86.h"

#define PIT_COUNTER_0 0x40
#define PIT_COMMAND   0x43
#define PIT_RATE_MODE 0x34 /* counter 0, low byte then high byte, mode 2 */
#define PIT_HZ        1193182

uint32_t timer_milliseconds; /* since boot; wraps after 49 days */

static uint32_t ticks_a_second = 1;
static uint32_t fraction; /* of a millisecond, in 1/ticks_a_second */

/* Starts `hz` interrupts a second; 19 is the slowest that 16 bits can count. */
void
timer_init(uint32_t hz)
{
    // SOLUTION traps.5
    // | /* TODO traps.5: program counter 0 and let IRQ 0 through. */
    // | ticks_a_second = hz;
    // | exercise_missing("traps.5");
    uint32_t divisor = (PIT_HZ + hz / 2) / hz;

    ticks_a_second = hz;
    outb(PIT_COMMAND, PIT_RATE_MODE);
    outb(PIT_COUNTER_0, divisor & 0xff);
    outb(PIT_COUNTER_0, divisor >> 8);
    pic_unmask(IRQ_TIMER);
    // END traps.5
}

/* One interrupt has come. */
void
timer_tick(void)
{
    // SOLUTION traps.5
    // | /* TODO traps.5: the clock goes on by 1000 / hz milliseconds. */
    // | (void)fraction;
    fraction += 1000;
    timer_milliseconds += fraction / ticks_a_second;
    fraction %= ticks_a_second;
    // END traps.5
}
