/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the PC's real-time clock.  (Motorola MC146818A data sheet.  Byte 0x32 is the century where there is one.)
 * Who includes this brings inb(), outb(), memcpy() and memcmp().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define RTC_INDEX 0x70 /* ports */
#define RTC_VALUE 0x71

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

static inline uint8_t
byte(uint8_t index)
{
    outb(RTC_INDEX, index);
    return inb(RTC_VALUE);
}

static inline struct time
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
static inline struct time
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

static inline uint32_t
number(uint8_t value, uint8_t status)
{
    return status & BINARY ? value : (value >> 4) * 10 + (value & 15);
}

static inline uint32_t
hour_of_day(uint8_t value, uint8_t status)
{
    uint32_t hour = number(status & HOURS_24 ? value : value & ~NOON, status);

    if (status & HOURS_24)
        return hour;
    return hour % 12 + (value & NOON ? 12 : 0);
}

/* Without a century that makes sense it is this one. */
static inline uint32_t
full_year(const struct time *t, uint8_t status)
{
    uint32_t century = number(t->century, status), year = number(t->year, status);

    return century == 19 || century == 20 || century == 21 ? century * 100 + year : 2000 + year;
}

static inline bool
is_leap(uint32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static inline uint32_t
days_since_1970(uint32_t year, uint32_t month, uint32_t day)
{
    static const uint16_t before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    uint32_t days = before[(month - 1) % 12] + day - 1;

    for (uint32_t y = 1970; y < year; y++)
        days += is_leap(y) ? 366 : 365;
    return days + (month > 2 && is_leap(year));
}

static inline uint32_t
since_1970(const struct time *t, uint8_t status)
{
    uint32_t month = number(t->month, status), day = number(t->day, status);
    uint32_t hours = days_since_1970(full_year(t, status), month, day) * 24 + hour_of_day(t->hour, status);

    return (hours * 60 + number(t->minute, status)) * 60 + number(t->second, status);
}

/* Seconds since 1970. */
static inline uint32_t
read_clock(void)
{
    struct time time = read_time();

    return since_1970(&time, byte(STATUS_B));
}
