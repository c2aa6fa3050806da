/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ends processes.  Whether it may, the policy says.
 */
#include "sys/child.h"
#include "sys/options.h"

static uint32_t
kill(const char *number)
{
    struct result child = process_find(number_of(number));
    uint32_t error = child.error;

    if (!error) {
        error = child_kill(child.value).error;
        descriptor_close(child.value);
    }
    return error ? failed(number, error) : 0;
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "number ...");
    uint32_t status = 0;

    for (uint32_t i = 0; i < o.operands; i++)
        status |= kill(o.operand[i]);
    return status;
}
