/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The time of day (abi/device.h), as the PC's real-time clock has it, which runs when the PC is off.  It is read
 * once, and taken to be UTC; from then on the kernel's clock counts.  (Motorola MC146818A data sheet.  Byte 0x32 is the
 * century where there is one.)
 */
#include "sys/manager.h"
#include "text.h"
#include "uart.h"

#include "abi/device.h"

#define INDEX 0x70
#define VALUE 0x71

/* Its bytes. */
#define STATUS_A 0x0a
#define STATUS_B 0x0b
#define CHANGING 0x80 /* of A: the time is about to change, or does */
#define BINARY   0x04 /* of B; else decimal, a digit in four bits */
#define HOURS_24 0x02 /* of B; else 1 to 12, and bit 7 after noon */
#define NOON     0x80

/* The bytes of the time, in the order of struct time. */
static const uint8_t bytes[] = {0, 2, 4, 7, 8, 9, 0x32};

struct time {
    uint8_t second, minute, hour, day, month, year, century;
};

/* Looks at the clock: a change takes two milliseconds. */
#define PATIENCE 100000
#define ATTEMPTS 5

/* The kernel's clock is looked at at least so often, as its milliseconds begin anew after seven weeks. */
#define LOOK RECEIVE_LIMIT

static uint32_t seconds, milliseconds; /* the time when the kernel's clock was at `looked` */
static uint32_t looked;

static uint8_t
byte(uint8_t index)
{
    outb(INDEX, index);
    return inb(VALUE);
}

static struct time
read_once(void)
{
    uint8_t value[sizeof(bytes)];
    struct time time;

    for (uint32_t i = 0; i < PATIENCE && byte(STATUS_A) & CHANGING; i++)
        ;
    for (uint32_t i = 0; i < sizeof(bytes); i++)
        value[i] = byte(bytes[i]);
    memcpy(&time, value, sizeof(time));
    return time;
}

/* Until two times in a row are the same: then it has not changed while it was read. */
static struct time
read_time(void)
{
    struct time time = read_once(), again;

    for (int i = 0; i < ATTEMPTS; i++, time = again) {
        again = read_once();
        if (memcmp(&time, &again, sizeof(time)) == 0)
            break;
    }
    return time;
}

static uint32_t
number(uint8_t value, uint8_t status)
{
    return status & BINARY ? value : (value >> 4) * 10 + (value & 15);
}

static uint32_t
hour_of_day(uint8_t value, uint8_t status)
{
    uint32_t hour = number(status & HOURS_24 ? value : value & ~NOON, status);

    if (status & HOURS_24)
        return hour;
    return hour % 12 + (value & NOON ? 12 : 0);
}

/* Without a century that makes sense it is this one. */
static uint32_t
full_year(const struct time *t, uint8_t status)
{
    uint32_t century = number(t->century, status), year = number(t->year, status);

    return century == 19 || century == 20 || century == 21 ? century * 100 + year : 2000 + year;
}

static bool
is_leap(uint32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static uint32_t
days_since_1970(uint32_t year, uint32_t month, uint32_t day)
{
    static const uint16_t before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    uint32_t days = before[(month - 1) % 12] + day - 1;

    for (uint32_t y = 1970; y < year; y++)
        days += is_leap(y) ? 366 : 365;
    return days + (month > 2 && is_leap(year));
}

static uint32_t
since_1970(const struct time *t, uint8_t status)
{
    uint32_t month = number(t->month, status), day = number(t->day, status);
    uint32_t hours = days_since_1970(full_year(t, status), month, day) * 24 + hour_of_day(t->hour, status);

    return (hours * 60 + number(t->minute, status)) * 60 + number(t->second, status);
}

static uint32_t
read_clock(void)
{
    struct time time = read_time();

    return since_1970(&time, byte(STATUS_B));
}

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

    if (r.error || (r = ports_use(INDEX, 2)).error)
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
