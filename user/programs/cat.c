/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files, one behind the other.
 */
#include "sys/inputs.h"

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "[file ...]");

    return each_input(o.operand, pass_on);
}
