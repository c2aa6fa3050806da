/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text and memory: see text.h.
 */
#include "text.h"

#include <stdbool.h>
#include <stdint.h>

void *
memcpy(void *to, const void *from, size_t size)
{
    void *result = to;
    size_t words = size / 4;

    size %= 4;
    __asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
    return result;
}

void *
memset(void *to, int byte, size_t size)
{
    void *result = to;
    size_t words = size / 4;

    size %= 4;
    __asm__ volatile("rep stosl" : "+D"(to), "+c"(words) : "a"((byte & 0xff) * 0x01010101u) : "memory");
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
    return result;
}

int
memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *x = a, *y = b;

    for (; size; size--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

size_t
strlen(const char *text)
{
    size_t size = 0;

    while (text[size])
        size++;
    return size;
}

int
strcmp(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (unsigned char)*a - (unsigned char)*b;
}

struct output {
    char *to;
    size_t size, length;
};

static void
put(struct output *out, char c)
{
    if (out->length + 1 < out->size)
        out->to[out->length] = c;
    out->length++;
}

static void
put_padded(struct output *out, const char *text, size_t width, char pad)
{
    for (size_t length = strlen(text); length < width; length++)
        put(out, pad);
    while (*text)
        put(out, *text++);
}

static void
put_number(struct output *out, uint32_t value, unsigned base, bool negative, size_t width, char pad)
{
    char digits[12];
    char *at = digits + sizeof(digits) - 1;

    *at = 0;
    do {
        *--at = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    if (negative)
        *--at = '-';
    put_padded(out, at, width, pad);
}

static void
put_argument(struct output *out, char kind, size_t width, char pad, va_list *arguments)
{
    int32_t value;

    switch (kind) {
    case 's':
        put_padded(out, va_arg(*arguments, const char *), width, ' ');
        break;
    case 'c':
        put(out, va_arg(*arguments, int));
        break;
    case 'd':
        value = va_arg(*arguments, int32_t);
        put_number(out, value < 0 ? 0u - value : (uint32_t)value, 10, value < 0, width, pad);
        break;
    case 'u':
        put_number(out, va_arg(*arguments, uint32_t), 10, false, width, pad);
        break;
    case 'x':
        put_number(out, va_arg(*arguments, uint32_t), 16, false, width, pad);
        break;
    default:
        put(out, kind);
    }
}

size_t
vsnprintf(char *to, size_t size, const char *format, va_list list)
{
    struct output out = {to, size, 0};
    va_list arguments;

    va_copy(arguments, list);
    for (; *format; format++) {
        size_t width = 0;
        char pad = ' ';

        if (*format != '%') {
            put(&out, *format);
            continue;
        }
        if (format[1] == '0')
            pad = *++format;
        while (format[1] >= '0' && format[1] <= '9')
            width = width * 10 + *++format - '0';
        put_argument(&out, *++format, width, pad, &arguments);
    }
    va_end(arguments);
    if (size)
        to[out.length < size ? out.length : size - 1] = 0;
    return out.length;
}

size_t
snprintf(char *to, size_t size, const char *format, ...)
{
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    length = vsnprintf(to, size, format, arguments);
    va_end(arguments);
    return length;
}
