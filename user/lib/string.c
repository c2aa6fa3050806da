/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text and memory, the second part: see string.h.
 */
#include "string.h"

#include "text.h"

/* Backwards if the start of `to` lies in what is still to be copied. */
void *
memmove(void *to, const void *from, size_t size)
{
    char *t = to;
    const char *f = from;

    if ((uintptr_t)t - (uintptr_t)f >= size)
        return memcpy(to, from, size);
    while (size--)
        t[size] = f[size];
    return to;
}

int
strncmp(const char *a, const char *b, size_t size)
{
    for (; size; size--, a++, b++)
        if (*a != *b || !*a)
            return (unsigned char)*a - (unsigned char)*b;
    return 0;
}

char *
strchr(const char *text, int c)
{
    for (; *text != (char)c; text++)
        if (!*text)
            return NULL;
    return (char *)text;
}

size_t
strlcpy(char *to, const char *from, size_t size)
{
    size_t length = strlen(from);

    if (size) {
        size_t part = length < size ? length : size - 1;

        memcpy(to, from, part);
        to[part] = 0;
    }
    return length;
}

/* The digit's value; `base` or more if it is none. */
static uint32_t
digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

const char *
parse_number(const char *text, uint32_t *value)
{
    uint32_t base = strncmp(text, "0x", 2) == 0 ? 16 : 10;
    const char *at = base == 16 ? text + 2 : text, *first = at;

    for (*value = 0; digit(*at) < base; at++) {
        if (*value > (UINT32_MAX - digit(*at)) / base)
            return NULL;
        *value = *value * base + digit(*at);
    }
    return at > first ? at : NULL;
}
