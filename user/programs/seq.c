/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts.
 */
#include "sys/options.h"
#include "sys/stdio.h"

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "[first] [step] last");
    uint32_t first = o.operands > 1 ? number_of(o.operand[0]) : 1;
    uint32_t step = o.operands > 2 ? number_of(o.operand[1]) : 1;
    uint32_t last = number_of(o.operand[o.operands - 1]);

    if (!step)
        bad_usage();
    for (uint32_t n = first; n <= last && !stdout->error; n += step) {
        printf("%u\n", n);
        if (last - n < step)
            break;
    }
    return 0;
}
