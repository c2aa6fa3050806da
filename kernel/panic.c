/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers and stack as text, and the end of a kernel that found a bug in
 * itself.
 */
#include "kernel.h"
#include "x86.h"

#define DEPTH 16 /* calls of a stack trace */

extern char kernel_stack[], kernel_stack_top[];

/* The registers in `frame`; `esp` and `ss` apart, as ring 0 saves none. */
void
print_frame(const struct frame *f, uint32_t esp, uint32_t ss)
{
    print("  eip %08x  esp %08x  ebp %08x  eflags %08x\n", f->eip, esp, f->ebp, f->eflags);
    print("  eax %08x  ebx %08x  ecx %08x  edx %08x\n", f->eax, f->ebx, f->ecx, f->edx);
    print("  esi %08x  edi %08x  cr2 %08x  cr3 %08x\n", f->esi, f->edi, read_cr2(), read_cr3());
    print("  cs %04x  ss %04x  ds %04x  es %04x  fs %04x  gs %04x\n", f->cs & 0xffff, ss & 0xffff,
          f->ds & 0xffff, f->es & 0xffff, f->fs & 0xffff, f->gs & 0xffff);
}

static void
print_place(uint32_t address)
{
    uint32_t offset;
    const char *name = symbol_name(address, &offset);

    if (name)
        print("  %08x  %s+0x%x\n", address, name, offset);
    else
        print("  %08x\n", address);
}

/* Follows the chain of saved EBPs, as long as it lies in the kernel's stack. */
static void
print_stack(uint32_t eip, uint32_t ebp)
{
    print("stack:\n");
    print_place(eip);
    for (int i = 0; i < DEPTH; i++) {
        const uint32_t *saved = (const uint32_t *)ebp;

        if (ebp % 4 || ebp < (uint32_t)kernel_stack || ebp > (uint32_t)kernel_stack_top - 8)
            return;
        print_place(saved[1]);
        ebp = saved[0];
    }
}

/* For a trap in ring 0. `what` names it. */
void
panic_frame(const struct frame *frame, const char *what)
{
    bool task = frame->vector == VECTOR_DOUBLE_FAULT || frame->vector == VECTOR_NMI;
    uint32_t esp = task ? frame->esp : (uint32_t)frame + FRAME_FROM_KERNEL_SIZE;

    vga_take_back();
    print("panic: %s in the kernel (vector %u, error code %x)\n", what, frame->vector, frame->error);
    print_frame(frame, esp, task ? frame->ss : SELECTOR_KERNEL_DATA);
    print_stack(frame->eip, frame->ebp);
    machine_stop(MACHINE_PANIC);
}

/* The kernel has found that it is wrong. */
void
panic(const char *what)
{
    vga_take_back();
    print("panic: %s\n", what);
    print_stack((uint32_t)__builtin_return_address(0), (uint32_t)__builtin_frame_address(0));
    machine_stop(MACHINE_PANIC);
}
