/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a run.
 */
#include "kernel.h"
#include "x86.h"

#define QEMU_EXIT_PORT  0xf4   /* isa-debug-exit: QEMU ends with (status << 1) | 1 */
#define BOCHS_EXIT_PORT 0x8900 /* takes the word "Shutdown" */

#define CPUID_HYPERVISOR 0x40000000

/* Port 0xf4 means something else elsewhere: QEMU's own word is asked first. */
static bool
on_qemu(void)
{
    struct cpuid r = cpuid(CPUID_HYPERVISOR);

    return memcmp(&r.ebx, "TCGTCGTCGTCG", 12) == 0 || memcmp(&r.ebx, "KVMKVMKVM\0\0\0", 12) == 0;
}

/*
 * Ends the emulator, if this is one that can be ended; else halts.
 */
void
machine_stop(unsigned status)
{
    serial_drain(SERIAL_CONSOLE);
    serial_drain(SERIAL_TEST);
    if (on_qemu())
        outb(QEMU_EXIT_PORT, status);
    for (const char *c = "Shutdown"; *c; c++)
        outb(BOCHS_EXIT_PORT, *c);
    halt_forever();
}
