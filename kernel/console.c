/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console: COM1 and, as its mirror, the VGA screen; and print().
 */
#include "kernel.h"

#include <stdarg.h>

void
console_init(void)
{
    serial_init(SERIAL_CONSOLE);
    serial_init(SERIAL_TEST);
    vga_init();
}

/* A terminal wants CR LF where a line ends. */
static void
put_serial(char c)
{
    if (c == '\n')
        serial_write(SERIAL_CONSOLE, "\r", 1);
    serial_write(SERIAL_CONSOLE, &c, 1);
}

void
console_write(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        put_serial(text[i]);
    vga_write(text, size);
}

static void
put_text(const char *text, unsigned width)
{
    size_t size = strlen(text);

    console_write(text, size);
    for (; size < width; size++)
        console_write(" ", 1);
}

/* Writes `value` in `base` (10 or 16), with zeros before it up to `width`. */
static void
put_number(uint32_t value, unsigned base, unsigned width)
{
    char digits[10];
    unsigned at = sizeof(digits);

    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value || sizeof(digits) - at < width);
    console_write(digits + at, sizeof(digits) - at);
}

/*
 * Knows %s %c %u %x and %%, with a width of up to 8: %08x puts zeros before,
 * %8s and %8u fill up (text behind, numbers with zeros).
 */
void
print_list(const char *format, va_list arguments)
{
    for (; *format; format++) {
        unsigned width = 0;

        if (*format != '%') {
            console_write(format, 1);
            continue;
        }
        while (format[1] >= '0' && format[1] <= '9')
            width = width * 10 + *++format - '0';
        switch (*++format) {
        case 's':
            put_text(va_arg(arguments, const char *), width);
            break;
        case 'c':
            console_write(&(char){va_arg(arguments, int)}, 1);
            break;
        case 'u':
            put_number(va_arg(arguments, uint32_t), 10, width);
            break;
        case 'x':
            put_number(va_arg(arguments, uint32_t), 16, width);
            break;
        default:
            console_write(format, 1);
        }
    }
}

void
print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_list(format, arguments);
    va_end(arguments);
}
