/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * string.c against the host's library, which is reached by the compiler's names: the plain ones are
 * those under test.
 */
#include "lib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/string.h"

#define ROOM 64

/* As the programs' own does it: upwards. */
void *
memcpy(void *to, const void *from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((volatile char *)to)[i] = ((const char *)from)[i];
    return to;
}

/* A text of its own memory, of few different letters. */
static char *
take_text(struct input *in, const char *letters)
{
    size_t length = take(in, 1) % 14;
    char *text = malloc(length + 1);

    for (size_t i = 0; i < length; i++)
        text[i] = letters[take(in, 1) % strlen(letters)];
    text[length] = 0;
    return text;
}

static int
sign(int value)
{
    return (value > 0) - (value < 0);
}

static void
try_memmove(struct input *in)
{
    char tried[ROOM], right[ROOM];
    uint32_t to = take(in, 1) % ROOM, from = take(in, 1) % ROOM;
    uint32_t size = take(in, 1) % (ROOM - (to > from ? to : from) + 1);

    for (unsigned i = 0; i < ROOM; i++)
        tried[i] = right[i] = i;
    __builtin_memmove(right + to, right + from, size);
    expect(memmove(tried + to, tried + from, size) == tried + to, "memmove: what it answers");
    expect(memcmp(tried, right, ROOM) == 0, "memmove: %u bytes from %u to %u", size, from, to);
}

static void
try_texts(struct input *in)
{
    char *a = take_text(in, "ab\xff"), *b = take_text(in, "ab\xff"), letter = "abc\xff"[take(in, 1) % 5];
    uint32_t size = take(in, 1) % 16;

    expect(sign(strncmp(a, b, size)) == sign(__builtin_strncmp(a, b, size)), "strncmp: %s and %s, %u", a, b, size);
    expect(strchr(a, letter) == __builtin_strchr(a, letter), "strchr: %x in %s", letter, a);
    free(a);
    free(b);
}

static void
try_strlcpy(struct input *in)
{
    char *from = take_text(in, "ab");
    size_t size = take(in, 1) % 16, fits = strlen(from) < size ? strlen(from) : size - 1;
    char *to = malloc(size);

    expect(strlcpy(to, from, size) == strlen(from), "strlcpy: what it answers");
    if (size)
        expect(memcmp(to, from, fits) == 0 && to[fits] == 0, "strlcpy: %s into %zu bytes", from, size);
    free(to);
    free(from);
}

/* Any letters, digits alone, or a number at the end of those that there are. */
static void
take_number(struct input *in, bool hex, char *to, size_t size)
{
    static const char *const letters[] = {"0123456789", "0123/:@G`g", "0123456789abcdefABCDEF", "0fF9/:@G`g"};
    uint32_t how = take(in, 1) % 3;
    char *text = take_text(in, letters[how % 2 + 2 * hex]);

    if (how < 2)
        snprintf(to, size, "%s%s", hex ? "0x" : "", text);
    else
        snprintf(to, size, hex ? "0x%llx" : "%llu", UINT32_MAX - 8ull + take(in, 1) % 16);
    free(text);
}

static void
try_number(struct input *in)
{
    bool hex = take(in, 1) % 2;
    char text[40], digits[40], *first = text + (hex ? 2 : 0);
    const char *behind;
    unsigned long long right;
    uint32_t value;
    size_t span;

    take_number(in, hex, text, sizeof(text));
    span = strspn(first, hex ? "0123456789abcdefABCDEF" : "0123456789");
    snprintf(digits, sizeof(digits), "%.*s", (int)span, first);
    right = strtoull(digits, NULL, hex ? 16 : 10);
    behind = parse_number(text, &value);
    expect(!behind == (span == 0 || right > UINT32_MAX), "%s is %sa number", text, behind ? "" : "not ");
    if (behind)
        expect(value == right && behind == first + span, "%s is not %u before %s", text, value, behind);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};

    while (in.at < in.end) {
        try_memmove(&in);
        try_texts(&in);
        try_strlcpy(&in);
        try_number(&in);
    }
    return 0;
}
