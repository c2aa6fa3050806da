/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Its arguments.  Anything may be one, so "-n" is an option only where it comes first.
 */
#include "string.h"
#include "sys/stdio.h"

int
main(int argc, char **argv)
{
    bool newline = argc < 2 || strcmp(argv[1], "-n") != 0;

    for (int first = newline ? 1 : 2, i = first; i < argc; i++) {
        if (i > first)
            putc(' ', stdout);
        fputs(argv[i], stdout);
    }
    if (newline)
        putc('\n', stdout);
    return flush(stdout) != 0;
}
