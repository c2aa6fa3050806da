/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Switches the machine off.  Nothing is asked, and nobody is told.
 */
#include "sys/manager.h"
#include "sys/options.h"

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "[status]");

    return failed("the machine", machine_halt(o.operands ? number_of(o.operand[0]) : 0).error);
}
