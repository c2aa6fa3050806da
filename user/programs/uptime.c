/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long the machine has been running, and how much there is on it.
 */
#include "sys/manager.h"
#include "sys/options.h"
#include "sys/stdio.h"

int
main(int argc, char **argv)
{
    struct machine_view view;
    uint32_t error = machine_look(&view).error, seconds;

    options(argc, argv, "");
    if (error)
        return failed("the process manager", error);
    seconds = view.milliseconds / 1000;
    printf("up %u:%02u:%02u, %u processes, %u names, %u of %u KiB free\n", seconds / 3600, seconds / 60 % 60,
           seconds % 60, view.processes, view.names, view.frames_free * 4, view.frames * 4);
    return 0;
}
