/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does nothing but spin.  The grader stops it, sets its registers and its EIP to
 * one of the labels below, and looks from outside at what the kernel makes of the
 * trap.
 */
#include "test.h"

__asm__(".globl probe_spin, probe_end\n"
        ".globl probe_int3, probe_into, probe_ud2, probe_divide, probe_int, probe_read, probe_write, probe_call, probe_sysenter\n"
        "probe_spin:   jmp probe_spin\n"
        "probe_int3:   int3\n"
        "              jmp probe_spin\n"
        "probe_into:   into\n"
        "              jmp probe_spin\n"
        "probe_ud2:    ud2\n"
        "probe_divide: div %ecx\n"
        "probe_int:    int $0x50\n"
        "probe_read:   mov 0xc0100000, %al\n"
        "probe_write:  mov %al, 0x10\n"
        "probe_call:   int $0x40\n"
        "              jmp probe_spin\n"
        "probe_sysenter: sysenter\n"
        "probe_end:\n");

void probe_spin(void);

int
main(const struct boot_info *info)
{
    (void)info;
    probe_spin();
    return 0;
}
