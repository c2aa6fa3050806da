/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program can try against the kernel's entries.  Each trick has a thread
 * of its own.  Some end their thread, some are harmless; the root thread goes on
 * and reports which came back.
 */
#include "test.h"

#define STACK 4096

/*
 * A trick may return (to trick_back) or fault.  Those that lose their stack
 * jump to trick_back, which finds it again in EBP: all ways into the kernel
 * preserve it.
 */
#define TRICK(name, ...) \
    void trick_##name(void); \
    __asm__(".globl trick_" #name "\ntrick_" #name ":\n" __VA_ARGS__ "\njmp trick_back\n")

#define SET_FLAGS(bits)   "pushf\n orl $" #bits ", (%esp)\n popf\n"
#define YIELD             "mov $0x08, %eax\n xor %ebx, %ebx\n xor %esi, %esi\n xor %edi, %edi\n"
#define INT(flags)        YIELD flags "int $0x40\n"
#define SYSENTER(flags)   YIELD "mov %esp, %ecx\n mov $1f, %edx\n" flags "sysenter\n1:\n"
#define NULL_SEGMENTS     "xor %eax, %eax\n mov %ax, %ds\n mov %ax, %es\n mov %ax, %fs\n mov %ax, %gs\n"
#define SPIN              "mov $300000, %ecx\n0: loop 0b\n"

/* By `int` and by nothing. */
TRICK(int_trace, INT(SET_FLAGS(0x100)));                       /* #DB behind the call */
TRICK(int_trace_shadow, "mov %ss, %cx\n" INT(SET_FLAGS(0x100) "mov %cx, %ss\n"));
TRICK(int_backwards, INT("std\n"));
TRICK(int_nested, INT(SET_FLAGS(0x4000)));
TRICK(int_aligned, INT(SET_FLAGS(0x40000)));
TRICK(int_null_segments, INT(NULL_SEGMENTS YIELD));
TRICK(int_no_stack, INT("xor %esp, %esp\n"));
TRICK(int_kernel_stack, INT("mov $0xc0100000, %esp\n"));
TRICK(int_iopl, SET_FLAGS(0x3000) "cli\n");                    /* #GP: IOPL stays 0 */
TRICK(int_iret_nested, SET_FLAGS(0x4000) "iret\n");           /* #TS */
TRICK(int_vm86, "push $0\n push $0\n push $0\n push $0\n push $0\n push $0x1000\n push $0x20202\n push $0\n push $0\n iret\n");
TRICK(int_vm86_ring3, "push $0\n push $0\n push $0\n push $0\n push $0\n push $0x1000\n push $0x20202\n push $3\n push $0\n iret\n");
TRICK(int_timer, "int $0x20\n");                             /* #GP, as the next four */
TRICK(int_double_fault, "int $8\n");
TRICK(int_nmi, "int $2\n");
TRICK(int_page_fault, "int $14\n");
TRICK(int_last, "int $255\n");
TRICK(far_tss, "ljmp $0x28, $0\n");
TRICK(far_task, "lcall $0x30, $0\n");
TRICK(far_kernel, "ljmp $0x08, $0xc0100000\n");
TRICK(kernel_jump, "mov $trap_address, %eax\n jmp *%eax\n trap_address = 0xc0100000\n");
TRICK(kernel_push, "mov $0xc0200000, %esp\n push %eax\n");
TRICK(port_out, "mov $0x20, %al\n out %al, $0x20\n");
TRICK(port_in, "in $0x60, %al\n");
TRICK(control, "xor %eax, %eax\n mov %eax, %cr0\n");
TRICK(no_interrupts, "cli\n");
TRICK(preempted_null_segments, NULL_SEGMENTS SPIN);
TRICK(preempted_nested, SET_FLAGS(0x4000) SPIN);
TRICK(preempted_backwards, "std\n" SPIN);

/* By SYSENTER. */
TRICK(sysenter_trace, SYSENTER(SET_FLAGS(0x100)));
TRICK(sysenter_backwards, SYSENTER("std\n"));
TRICK(sysenter_nested, SYSENTER(SET_FLAGS(0x4000)) SPIN);
TRICK(sysenter_aligned, SYSENTER(SET_FLAGS(0x40000)));
TRICK(sysenter_null_segments, SYSENTER("mov %eax, %edi\n" NULL_SEGMENTS "mov %edi, %eax\n xor %edi, %edi\n"));
TRICK(sysenter_no_stack, SYSENTER("xor %esp, %esp\n"));
TRICK(sysenter_kernel_stack, SYSENTER("mov $0xffffffff, %esp\n"));
TRICK(sysenter_to_kernel, YIELD "mov %esp, %ecx\n mov $0xc0100000, %edx\n sysenter\n");
TRICK(sysenter_to_nowhere, YIELD "mov %esp, %ecx\n xor %edx, %edx\n sysenter\n");
TRICK(step, SET_FLAGS(0x100) "nop\n");                     /* #DB in ring 3 is its own */
TRICK(sysenter_all, NULL_SEGMENTS SYSENTER("std\n" SET_FLAGS(0x44100)));

/* Puts flags, segments and stack in order and returns for the trick. */
void trick_call(void (*trick)(void));
__asm__("trick_call:\n"
        "    push %ebp\n push %ebx\n push %esi\n push %edi\n"
        "    mov %esp, %ebp\n"
        "    jmp *20(%ebp)\n"
        "trick_back:\n"
        "    mov %ebp, %esp\n"
        "    mov $0x23, %eax\n"
        "    mov %ax, %ds\n mov %ax, %es\n mov %ax, %fs\n mov %ax, %gs\n"
        "    push $0x202\n popf\n"
        "    pop %edi\n pop %esi\n pop %ebx\n pop %ebp\n"
        "    ret\n");

struct trick {
    const char *name;
    void (*run)(void);
};

#define ENTRY(name) {#name, trick_##name}

static const struct trick by_int[] = {
    ENTRY(int_trace), ENTRY(int_trace_shadow), ENTRY(int_backwards), ENTRY(int_nested), ENTRY(int_aligned),
    ENTRY(int_null_segments), ENTRY(int_no_stack), ENTRY(int_kernel_stack), ENTRY(int_iopl),
    ENTRY(int_iret_nested), ENTRY(int_vm86), ENTRY(int_vm86_ring3), ENTRY(int_timer), ENTRY(int_double_fault), ENTRY(int_nmi), ENTRY(int_page_fault),
    ENTRY(int_last), ENTRY(far_tss), ENTRY(far_task), ENTRY(far_kernel), ENTRY(kernel_jump), ENTRY(kernel_push),
    ENTRY(port_out), ENTRY(port_in), ENTRY(control), ENTRY(no_interrupts), ENTRY(preempted_null_segments),
    ENTRY(preempted_nested), ENTRY(preempted_backwards), {NULL, NULL},
};

static const struct trick by_sysenter[] = {
    ENTRY(sysenter_trace), ENTRY(sysenter_backwards), ENTRY(sysenter_nested), ENTRY(sysenter_aligned),
    ENTRY(sysenter_null_segments), ENTRY(sysenter_no_stack), ENTRY(sysenter_kernel_stack),
    ENTRY(sysenter_to_kernel), ENTRY(sysenter_to_nowhere), ENTRY(step), ENTRY(sysenter_all), {NULL, NULL},
};

static char stack[STACK] __attribute__((aligned(16)));
static volatile bool came_back, tried;

static void
thread(void *argument)
{
    const struct trick *trick = argument;

    tried = true;
    trick_call(trick->run);
    came_back = true;
}

/*
 * One trick at a time.  Every yield gives a thread that is still there a whole
 * slice, and costs nothing when it is gone.
 */
static void
try(const struct trick *trick)
{
    came_back = tried = false;
    thread_start(thread, (void *)trick, stack, STACK);
    for (int i = 0; i < 1000 && !came_back; i++)
        yield();
    report(trick->name, "%s", !tried ? "not tried" : came_back ? "came back" : "ended");
}

int
main(const struct boot_info *info)
{
    bool sysenter = strcmp(test_argument(info), "sysenter") == 0;

    call_by_sysenter = false;
    report("offered", "%u", info->sysenter);
    if (!sysenter || info->sysenter)
        for (const struct trick *t = sysenter ? by_sysenter : by_int; t->name; t++)
            try(t);
    report("alive", "%x", challenge.param[0]);
    report_end();
}
