/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printf for programs that have the kernel's console and nothing else.
 */
#include "call.h"
#include "text.h"

void
printf(const char *format, ...)
{
    char line[256];
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    console_write(line, length < sizeof(line) ? length : sizeof(line) - 1);
}
