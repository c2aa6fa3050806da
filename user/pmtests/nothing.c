/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The smallest program: it ends with the status that it is given, or 0.
 */
#include "string.h"

int
main(int argc, char **argv, char **envp)
{
    uint32_t status = 0;

    (void)envp;
    if (argc > 1)
        parse_number(argv[1], &status);
    return status;
}
