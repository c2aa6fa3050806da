/* SPDX-License-Identifier: BSD-2-Clause */
/* A program with a bug: it waits a little, then writes where nothing is. */
#include "call.h"
#include "text.h"

int
main(const struct boot_info *info)
{
    (void)info;
    while (clock_milliseconds() < 150)
        ;
    printf("            crash: now I write to address 0\n");
    *(volatile uint32_t *)0 = 1;
    printf("            crash: nobody stopped me\n");
    return 0;
}
