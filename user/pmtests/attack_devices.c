/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The archive and devices are asked for where the kernel cannot map them: without memory for a table of pages, and
 * where RAM is.  What was refused has to leave nothing behind: then the same place is asked for again.
 */
#include "sys/manager.h"
#include "test.h"

#define PAGE    4096u
#define MEMORY  0x20000000u
#define PAGES   0x2000u
#define ARCHIVE 0x60000000u /* each in a table of its own, that is not there yet */
#define SCREEN  0x68000000u
#define NO_RAM  0x70000000u
#define VGA     0xb8000u
#define RAM     0x100000u

static uint32_t
frames(void)
{
    struct machine_view view;

    return machine_look(&view).error ? 0 : view.frames_free;
}

static void
take_all(void)
{
    map(MEMORY, PAGES, MEMORY_WRITABLE);
    for (uint32_t page = 0; page < PAGES && frames() > 0; page++)
        *(volatile uint8_t *)(MEMORY + page * PAGE) = 1;
}

static void
try_all(const char *when)
{
    uint32_t archive = archive_map(ARCHIVE).error;

    report(when, "%x %x %x", archive, device_map(SCREEN, 1, VGA).error, device_map(NO_RAM, 1, RAM).error);
}

int
main(int argc, char **argv, char **envp)
{
    (void)argc, (void)argv, (void)envp;
    report("begins", "%u", frames() > 0);
    take_all();
    try_all("without");
    unmap(MEMORY, PAGES);
    try_all("with");
    report("mapped", "%x", map(NO_RAM, 1, MEMORY_WRITABLE).error);
    *(volatile uint8_t *)NO_RAM = 1;
    report_end();
}
