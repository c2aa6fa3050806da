/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes directories.
 */
#include "sys/files.h"
#include "sys/options.h"

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "path ...");
    uint32_t status = 0;

    for (uint32_t i = 0; i < o.operands; i++) {
        uint32_t error = directory_make(o.operand[i]).error;

        if (error)
            status = failed(o.operand[i], error);
    }
    return status;
}
