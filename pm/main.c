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

// SINCE swap
static void
manager_begin(void)
{
    work_start();
    manager_run();
}

#define STACK_LEFT 4096 /* bytes, to the thread that is about to end */

/*
 * The manager goes on in a thread of the highest priority: vm.h says why.  The first one, which cannot change its own,
 * leaves the stack to it.
 */
static void __attribute__((noreturn))
run_above_all(void)
{
    uint32_t stack = ((uint32_t)__builtin_frame_address(0) & -16u) - STACK_LEFT;
    struct registers start = {.eip = (uint32_t)manager_begin, .esp = stack - 4};
    uint32_t thread = process_thread(DESCRIPTOR_ROOT).value;

    thread_priority(thread, PRIORITIES - 1, CALL_MACHINE);
    thread_write(thread, &start);
    thread_run(thread);
    thread_exit();
}

// END swap
int
main(const struct boot_info *info)
{
    boot = info;
    heap_map(DESCRIPTOR_ROOT, HEAP, HEAP_PAGES);
    manager_door = door_create(CALL_MACHINE, true, 0).value;
    frames_all = frames_free();
    // SINCE swap
    pages_start();
    // END swap
    boot_system();
    // SINCE swap
    // < manager_run();
    run_above_all();
    // END swap
}
