/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables: see columns.h.
 */
#include "columns.h"

#include "abi/door.h"
#include "stdio.h"

void
put_left(const char *text, uint32_t width)
{
    for (; width > 1; width--)
        putc(*text ? *text++ : ' ', stdout);
    putc(' ', stdout);
}

static const struct {
    uint32_t right;
    const char *name;
} names[] = {
    {RIGHT_READ, "read"}, {RIGHT_WRITE, "write"}, {RIGHT_DELETE, "delete"}, {RIGHT_START, "start"},
    {RIGHT_STOP, "stop"}, {RIGHT_COPY, "copy"},   {RIGHT_MOVE, "move"},
};

void
put_rights(uint32_t rights)
{
    const char *between = "";

    if (!(rights & RIGHTS_ALL))
        fputs("none", stdout);
    for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (rights & names[i].right) {
            printf("%s%s", between, names[i].name);
            between = " ";
        }
}

/* part * width has to fit into 32 bits. */
void
put_bar(uint32_t part, uint32_t whole, uint32_t width)
{
    uint32_t full = whole ? part * width / whole : 0;

    putc('[', stdout);
    for (uint32_t i = 0; i < width; i++)
        putc(i < full ? '#' : '.', stdout);
    putc(']', stdout);
}
