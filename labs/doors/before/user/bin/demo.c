/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root process of `make run`: gives each program in the other boot modules
 * a process of its own, shows on the screen where all memory has gone, and
 * ends the machine.
 */
#include "load.h"
#include "memview.h"
#include "text.h"

#define RUN_FOR   600 /* milliseconds */
#define LOOK_EACH 50

/* The file's name, which may come with folders before it. */
static const char *
file_name(const char *path)
{
    const char *name = path;

    for (; *path && *path != ' '; path++)
        if (*path == '/')
            name = path + 1;
    return name;
}

/* Starts what the boot loader has brought; answers with how many run. */
static uint32_t
start_all(const struct boot_info *info, struct memview *processes)
{
    uint32_t count = 0;

    for (uint32_t i = 1; i < info->modules; i++) {
        struct result r = program_start(&info->module[i], info);

        if (r.error)
            printf("demo: cannot start %s: error %x\n", info->module[i].name, r.error);
        else
            processes[count++] = (struct memview){r.value, file_name(info->module[i].name)};
    }
    return count;
}

static void
watch(const struct memview *processes, uint32_t count)
{
    uint32_t next = 0;

    while (clock_milliseconds() < RUN_FOR) {
        if (clock_milliseconds() >= next) {
            memview_draw(processes, count);
            next = clock_milliseconds() + LOOK_EACH;
        }
        yield();
    }
}

int
main(const struct boot_info *info)
{
    static struct memview processes[BOOT_MODULES];
    uint32_t count, before = frames_free();

    printf("demo: %u KiB free, kernel calls by %s\n", before * 4, call_by_sysenter ? "SYSENTER" : "int");
    count = start_all(info, processes);
    printf("demo: %u processes, %u KiB free; the screen shows where the rest is\n", count, frames_free() * 4);
    if (memview_open().error)
        printf("demo: there is no screen\n");
    watch(processes, count);
    memview_close();
    for (uint32_t i = 0; i < count; i++)
        process_delete(processes[i].process);
    printf("demo: all of them deleted, %u KiB free: %s\n", frames_free() * 4,
           frames_free() == before ? "as at the start" : "MEMORY WAS LOST");
    machine_stop(0);
}
