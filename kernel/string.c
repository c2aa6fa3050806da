/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory functions that a C compiler takes for granted, and two for text.
 */
#include "kernel.h"

void *
memcpy(void *to, const void *from, size_t size)
{
    copy_words(to, from, size);
    return to;
}

void *
memmove(void *to, const void *from, size_t size)
{
    char *t = to;
    const char *f = from;

    if (t <= f)
        return memcpy(to, from, size);
    while (size--)
        t[size] = f[size];
    return to;
}

void *
memset(void *to, int byte, size_t size)
{
    void *result = to;
    size_t words = size / 4, bytes = size % 4;

    __asm__ volatile("rep stosl\n\tmov %3, %1\n\trep stosb"
                     : "+D"(to), "+&c"(words) : "a"((uint8_t)byte * 0x01010101u), "r"(bytes) : "memory");
    return result;
}

int
memcmp(const void *a, const void *b, size_t size)
{
    const uint8_t *x = a, *y = b;

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
strncmp(const char *a, const char *b, size_t size)
{
    while (size && *a && *a == *b)
        a++, b++, size--;
    return size ? (uint8_t)*a - (uint8_t)*b : 0;
}
