/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root process of `make run`: starts the programs in the other boot
 * modules, waits until they are through, and ends the machine.
 */
#include "call.h"
#include "load.h"
#include "text.h"

#define STACK   8192
#define RUN_FOR 600 /* milliseconds */

static char stacks[BOOT_MODULES][STACK] __attribute__((aligned(16)));

int
main(const struct boot_info *info)
{
    printf("demo: %u programs, %u timer interrupts a second, kernel calls by %s\n", info->modules - 1, info->hz,
           call_by_sysenter ? "SYSENTER" : "int");
    for (uint32_t i = 1; i < info->modules; i++) {
        struct result r = program_start(&info->module[i], stacks[i], STACK, info);

        if (r.error)
            printf("demo: cannot start %s: error %x\n", info->module[i].name, r.error);
    }
    while (clock_milliseconds() < RUN_FOR)
        yield();
    printf("demo: %u ms have passed, and the machine still runs\n", clock_milliseconds());
    machine_stop(0);
}
