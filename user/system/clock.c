/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The time of day (abi/device.h), as the PC's real-time clock has it, which runs when the PC is off.  It is read
 * once, and taken to be UTC; from then on the kernel's clock counts.
 */
#include "sys/manager.h"
#include "text.h"
#include "uart.h"

#include "abi/device.h"
#include "rtc.h"

/* The kernel's clock is looked at at least so often, as its milliseconds begin anew after seven weeks. */
#define LOOK RECEIVE_LIMIT

static uint32_t seconds, milliseconds; /* the time when the kernel's clock was at `looked` */
static uint32_t looked;

/* Seconds since 1970. */
static uint32_t
now(void)
{
    uint32_t at = clock_milliseconds(), passed = at - looked + milliseconds;

    seconds += passed / 1000;
    milliseconds = passed % 1000;
    looked = at;
    return seconds;
}

static void
answer_one(const struct message *m, uint8_t *buffer, uint32_t size)
{
    struct incoming in;
    struct outgoing out;

    incoming_start(&in, buffer, m->sizes);
    if (!incoming_end(&in) || m->function != CLOCK_SECONDS) {
        reply_error(ERR_MESSAGE);
        return;
    }
    reply_start(&out, buffer, size, m->sizes);
    put_result(&out, now());
    if (out.broken || reply(m->cookie, buffer, outgoing_sizes(&out)).error)
        reply_error(ERR_MESSAGE);
}

int
main(void)
{
    uint8_t buffer[4 * sizeof(uint32_t)];
    struct result r = door_new(CLOCK_NAME, true, 0, 0);
    uint32_t door = r.value;
    struct message m;

    if (r.error || (r = ports_use(RTC_INDEX, 2)).error)
        return r.error;
    seconds = read_clock();
    looked = clock_milliseconds();
    for (;;) {
        m = receive(door, buffer, sizeof(buffer), LOOK);
        if (m.function == CALL_INVALID && m.cookie != ERR_TIME)
            return 1;
        if (m.function != CALL_INVALID && m.function >= CALL_MANAGER_FIRST)
            answer_one(&m, buffer, sizeof(buffer));
        else
            now();
    }
}
