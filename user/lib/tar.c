/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See tar.h.
 */
#include "tar.h"

#include <stddef.h>

#include "text.h"

#define RECORD    512u
#define NO_NUMBER 0xffffffffu

/* Texts end with a zero, or fill their field. */
struct header {
    char name[100], mode[8], uid[8], gid[8], size[12], time[12], sum[8];
    char type;
    char link[100], magic[6], version[2], user[32], group[32], major[8], minor[8];
    char prefix[155], rest[12];
};

_Static_assert(sizeof(struct header) == RECORD, "as POSIX says");

/* Octal digits, with spaces before and a space or zero behind, as it may be. */
static uint32_t
number(const char *field, uint32_t length)
{
    uint32_t value = 0;

    for (; length && *field == ' '; length--)
        field++;
    if (!length || *field < '0' || *field > '7')
        return NO_NUMBER;
    for (; length && *field >= '0' && *field <= '7'; length--, field++) {
        if (value >> 28)
            return NO_NUMBER;
        value = value << 3 | (*field - '0');
    }
    return length && *field && *field != ' ' ? NO_NUMBER : value;
}

/* The sum of all bytes, those of its own field being spaces. */
static bool
is_whole(const struct header *h)
{
    const uint8_t *byte = (const uint8_t *)h;
    uint32_t sum = 0;

    for (uint32_t i = 0; i < RECORD; i++)
        sum += i - offsetof(struct header, sum) < sizeof(h->sum) ? ' ' : byte[i];
    return memcmp(h->magic, "ustar", 5) == 0 && number(h->sum, sizeof(h->sum)) == sum;
}

static char *
add_text(char *to, const char *field, uint32_t size)
{
    for (; size && *field; size--)
        *to++ = *field++;
    *to = 0;
    return to;
}

static void
set_name(struct tar_member *member, const struct header *h)
{
    char *at = add_text(member->name, h->prefix, sizeof(h->prefix));

    if (at > member->name)
        *at++ = '/';
    add_text(at, h->name, sizeof(h->name));
}

bool
tar_next(const void *archive, uint32_t size, uint32_t *at, struct tar_member *member)
{
    const struct header *h = (const void *)((const uint8_t *)archive + *at);
    uint32_t content;

    if (*at > size || size - *at < RECORD || !is_whole(h))
        return false;
    content = number(h->size, sizeof(h->size));
    if (content > size - *at - RECORD)
        return false;
    set_name(member, h);
    member->type = h->type ? h->type : TAR_FILE;
    member->data = h + 1;
    member->size = content;
    content += -content % RECORD;
    *at = content > size - *at - RECORD ? size : *at + RECORD + content;
    return true;
}

bool
tar_find(const void *archive, uint32_t size, const char *name, struct tar_member *member)
{
    for (uint32_t at = 0; tar_next(archive, size, &at, member);)
        if (member->type == TAR_FILE && strcmp(member->name, name) == 0)
            return true;
    return false;
}
