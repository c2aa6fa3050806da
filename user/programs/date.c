/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The date and the time, in UTC.
 */
#include "sys/date.h"

#include "sys/options.h"
#include "sys/stdio.h"

int
main(int argc, char **argv)
{
    struct result now = date_now();
    char text[DATE_SIZE];

    options(argc, argv, "");
    if (now.error)
        return failed("the clock", now.error);
    date_text(now.value, text);
    puts(text);
    return 0;
}
