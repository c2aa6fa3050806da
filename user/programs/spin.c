/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps the processor busy: for so many seconds, or for ever.
 */
#include "call.h"
#include "sys/options.h"

#define MOMENT 1000000

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "[seconds]");
    uint32_t start = clock_milliseconds(), seconds = o.operands ? number_of(o.operand[0]) : 0;

    do
        for (volatile uint32_t i = 0; i < MOMENT; i++)
            ;
    while (!o.operands || (clock_milliseconds() - start) / 1000 < seconds);
    return 0;
}
