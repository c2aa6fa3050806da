/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SYSENTER, the second way into the kernel (Intel SDM volume 2, SYSENTER).
 */
#include "kernel.h"
#include "x86.h"

/* Answers whether ring 3 may use it. */
bool
sysenter_init(void)
{
    // SOLUTION traps.8
    // | /* TODO traps.8: tell the processor where SYSENTER goes. */
    // | exercise_missing("traps.8");
    // | return false;
    if (!cpu_has(CPUID_1_EDX_SEP))
        return false;
    write_msr(MSR_SYSENTER_CS, SELECTOR_KERNEL_CODE);
    write_msr(MSR_SYSENTER_ESP, (uint32_t)segments_sysenter_stack());
    write_msr(MSR_SYSENTER_EIP, (uint32_t)sysenter_entry);
    return true;
    // END traps.8
}
