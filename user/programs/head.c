/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first lines of files.
 */
#include "sys/inputs.h"

static uint32_t lines = 10;

static void
show(struct stream *s, const char *name)
{
    uint32_t left = lines;

    (void)name;
    for (int c; left && !stdout->error && (c = getc(s)) >= 0; left -= c == '\n')
        putc(c, stdout);
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "[-n lines] [file ...]");

    if (has(&o, 'n'))
        lines = o.number;
    return each_input(o.operand, show);
}
