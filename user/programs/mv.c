/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gives files and directories other names, in other directories if need be.
 */
#include "sys/files.h"
#include "sys/inputs.h"

static uint32_t
move(const char *from, const char *to)
{
    uint32_t error = file_rename(from, to).error;

    return error ? failed(from, error) : 0;
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "from ... to");

    return each_target(&o, move);
}
