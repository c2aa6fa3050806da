/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The date: see date.h.
 */
#include "date.h"

#include "abi/device.h"
#include "manager.h"
#include "text.h"

#define DAY 86400u

/* Until February 2100, every fourth year has a day more: 1972 is the first. */
static uint32_t
days_of_year(uint32_t year)
{
    return year % 4 == 0 ? 366 : 365;
}

static uint32_t
days_of_month(uint32_t month, uint32_t year)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month] + (month == 1 && year % 4 == 0);
}

/* 32 bits last until 2106; the 29th of February 2100, which there is not, is the price of the short rule. */
void
date_text(uint32_t seconds, char to[DATE_SIZE])
{
    uint32_t days = seconds / DAY, second = seconds % DAY, year = 1970, month = 0;

    for (; days >= days_of_year(year); year++)
        days -= days_of_year(year);
    for (; days >= days_of_month(month, year); month++)
        days -= days_of_month(month, year);
    snprintf(to, DATE_SIZE, "%u-%02u-%02u %02u:%02u:%02u", year, month + 1, days + 1, second / 3600,
             second / 60 % 60, second % 60);
}

struct result
date_now(void)
{
    uint32_t answer[2];
    struct result clock = name_open(CLOCK_NAME), r;
    struct outgoing out;
    struct incoming in;

    if (clock.error)
        return clock;
    outgoing_start(&out, answer, sizeof(answer));
    r = ask(CLOCK_SECONDS, clock.value, &out, &in);
    descriptor_close(clock.value);
    return incoming_end(&in) || r.error ? r : (struct result){-1, ERR_MESSAGE};
}
