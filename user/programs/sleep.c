/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waits for so many seconds: 2, or 0.5.
 */
#include "sys/sleep.h"

#include "sys/options.h"
#include "string.h"

/* Of a number with a point in it; more digits than three behind that are of no use. */
static uint32_t
milliseconds(const char *text)
{
    uint32_t seconds = 0, part = 0, digit = 100;

    if (*text != '.' && !(text = parse_number(text, &seconds)))
        bad_usage();
    if (*text == '.')
        for (text++; *text >= '0' && *text <= '9'; text++, digit /= 10)
            part += (*text - '0') * digit;
    if (*text || seconds >= UINT32_MAX / 1000)
        bad_usage();
    return seconds * 1000 + part;
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "seconds");

    sleep_milliseconds(milliseconds(o.operand[0]));
    return 0;
}
