/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The archive and devices are asked for, one of them where RAM is, which the kernel refuses.  What was refused has to leave
 * nothing behind: then the same place is asked for again.
 */
#include "sys/manager.h"
#include "test.h"

#define ARCHIVE 0x60000000u
#define SCREEN  0x68000000u
#define NO_RAM  0x70000000u
#define VGA     0xb8000u
#define RAM     0x100000u

static void
try_all(void)
{
    uint32_t archive = archive_map(ARCHIVE).error;

    report("tried", "%x %x %x", archive, device_map(SCREEN, 1, VGA).error, device_map(NO_RAM, 1, RAM).error);
}

int
main(int argc, char **argv, char **envp)
{
    (void)argc, (void)argv, (void)envp;
    try_all();
    try_all();
    report("mapped", "%x", map(NO_RAM, 1, MEMORY_WRITABLE).error);
    *(volatile uint8_t *)NO_RAM = 1;
    report_end();
}
