/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An empty window.
 */
#include "sys/options.h"
#include "sys/stdio.h"

int
main(int argc, char **argv)
{
    options(argc, argv, "");
    fputs("\033[H\033[2J", stdout);
    return 0;
}
