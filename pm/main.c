/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process manager: the root process, and manager of every other.
 */
// SINCE swap
// < #include "pm.h"
#include "vm.h"
// END swap

#include "memory.h"

const struct boot_info *boot;
struct file archive;
uint32_t frames_all; /* free ones when the manager began */

void
exercise_stop(const char *exercise)
{
    exercise_missing(exercise);
    machine_stop(UNFINISHED);
}

int
main(const struct boot_info *info)
{
    boot = info;
    heap_map(DESCRIPTOR_ROOT, HEAP, HEAP_PAGES);
    manager_door = door_create(CALL_MACHINE, true, 0).value;
    frames_all = frames_free();
    // SINCE swap
    record_start(info->command_line);
    pages_start();
    work_start();
    // END swap
    boot_system();
    manager_run();
}
