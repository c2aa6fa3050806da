/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says yes until nobody listens any more.
 */
#include "sys/options.h"
#include "sys/stdio.h"

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "[text]");

    while (!stdout->error)
        puts(o.operands ? o.operand[0] : "yes");
    return 0;
}
