/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The environment that it was started with.
 */
#include "sys/options.h"
#include "sys/stdio.h"

int
main(int argc, char **argv, char **envp)
{
    options(argc, argv, "");
    for (; *envp; envp++)
        puts(*envp);
    return 0;
}
