/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files byte by byte: where, in hexadecimal, and as text.
 */
#include "sys/inputs.h"

#define ROW 16

static void
show_row(uint32_t at, const uint8_t *byte, uint32_t count)
{
    printf("%08x ", at);
    for (uint32_t i = 0; i < ROW; i++) {
        if (i < count)
            printf("%s%02x ", i == ROW / 2 ? " " : "", byte[i]);
        else
            fputs(i == ROW / 2 ? "    " : "   ", stdout);
    }
    putc(' ', stdout);
    for (uint32_t i = 0; i < count; i++)
        putc(byte[i] >= ' ' && byte[i] < 0x7f ? byte[i] : '.', stdout);
    putc('\n', stdout);
}

static void
show(struct stream *s, const char *name)
{
    uint8_t row[ROW];
    uint32_t at = 0;

    (void)name;
    for (int c; !stdout->error && (c = getc(s)) >= 0;) {
        row[at++ % ROW] = c;
        if (at % ROW == 0)
            show_row(at - ROW, row, ROW);
    }
    if (at % ROW)
        show_row(at - at % ROW, row, at % ROW);
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "[file ...]");

    return each_input(o.operand, show);
}
