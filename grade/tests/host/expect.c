/* SPDX-License-Identifier: BSD-2-Clause */
#include "host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
expect(bool holds, const char *format, ...)
{
    va_list arguments;

    if (holds)
        return;
    va_start(arguments, format);
    fputs("wrong: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("\n", stderr);
    va_end(arguments);
    abort();
}
