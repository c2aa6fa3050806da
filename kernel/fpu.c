/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The FPU and SSE registers.  They stay those of the last thread that used
 * them, the owner.  CR0.TS is set whenever another thread runs, so that its
 * first use traps (#NM), and only then they are exchanged: a thread that never
 * computes in floating point never pays.  (Intel SDM volume 3, section 13.5.)
 */
#include "kernel.h"
#include "x86.h"

static struct thread *owner;
bool fpu_enabled; /* CR0.TS is clear */
static bool has_fxsr;
static struct fpu_state pristine; /* what a new thread finds */

static void
save(struct fpu_state *state)
{
    if (has_fxsr)
        __asm__ volatile("fxsave %0" : "=m"(*state));
    else
        __asm__ volatile("fnsave %0" : "=m"(*state));
}

static void
restore(const struct fpu_state *state)
{
    if (has_fxsr)
        __asm__ volatile("fxrstor %0" : : "m"(*state));
    else
        __asm__ volatile("fnclex; frstor %0" : : "m"(*state)); /* frstor waits for what is pending */
}

static void
enable(void)
{
    __asm__ volatile("clts");
    fpu_enabled = true;
}

void
fpu_init(void)
{
    has_fxsr = cpu_has(CPUID_1_EDX_FXSR);
    write_cr0((read_cr0() & ~(CR0_EM | CR0_TS)) | CR0_MP | CR0_NE);
    if (has_fxsr)
        write_cr4(read_cr4() | CR4_OSFXSR);
    if (cpu_has(CPUID_1_EDX_SSE))
        write_cr4(read_cr4() | CR4_OSXMMEXCPT);
    __asm__ volatile("fninit");
    save(&pristine);
    enable();
    fpu_switch();
}

void
fpu_new(struct thread *thread)
{
    thread->fpu = pristine;
}

/* #NM: `thread` wants the registers. */
void
fpu_trap(struct thread *thread)
{
    enable();
    if (owner == thread)
        return;
    if (owner)
        save(&owner->fpu);
    restore(&thread->fpu);
    owner = thread;
}

/* Another thread will run: its first use must trap. */
void
fpu_switch(void)
{
    if (!fpu_enabled)
        return;
    write_cr0(read_cr0() | CR0_TS);
    fpu_enabled = false;
}

/* `thread` ends: its registers go with it. */
void
fpu_forget(const struct thread *thread)
{
    if (owner == thread)
        owner = NULL;
}
