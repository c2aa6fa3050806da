/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Raises the exception that its argument names, with known numbers in the
 * registers: nothing after it may run.
 */
#include "test.h"

/* Each fault at a label of its own, all registers loaded from the challenge. */
__asm__(".globl fault_divide, fault_breakpoint, fault_overflow, fault_bound, fault_opcode\n"
        ".globl fault_halt, fault_selector, fault_protection, fault_page, fault_x87, fault_debug\n"
        "fault_divide:     xor %ecx, %ecx\n"
        "                  div %ecx\n"
        "fault_breakpoint: int3\n"
        "                  ret\n"
        "fault_overflow:   mov $0x7fffffff, %ecx\n"
        "                  add $1, %ecx\n"
        "                  into\n"
        "                  ret\n"
        "fault_bound:      mov $-1, %ecx\n"
        "                  bound %ecx, bounds\n"
        "fault_opcode:     ud2\n"
        "fault_halt:       hlt\n"
        "fault_selector:   mov %esp, %ecx\n"
        "                  mov $0x10, %eax\n"
        "                  mov %ax, %ss\n"
        "                  ret\n"
        "fault_protection: cli\n"
        "fault_page:       mov %eax, (%ebx)\n"
        "fault_x87:        fninit\n"
        "                  push $0x360\n" /* divide by zero not masked */
        "                  fldcw (%esp)\n"
        "                  fld1\n"
        "                  fldz\n"
        "                  fdivrp\n"
        "                  fwait\n"
        "fault_debug:      pushf\n"
        "                  orl $0x100, (%esp)\n"
        "                  popf\n"
        "                  nop\n"
        "                  ret\n"
        "bounds:           .long 0, 1\n");

#define FAULT(name) {#name, fault_##name}

void fault_divide(void), fault_breakpoint(void), fault_overflow(void), fault_bound(void), fault_opcode(void),
    fault_halt(void), fault_selector(void), fault_protection(void), fault_page(void), fault_x87(void),
    fault_debug(void);

static const struct {
    const char *name;
    void (*raise)(void);
} faults[] = {
    FAULT(divide), FAULT(breakpoint), FAULT(overflow), FAULT(bound), FAULT(opcode), FAULT(halt),
    FAULT(selector), FAULT(protection), FAULT(page), FAULT(x87), FAULT(debug),
};

#define FAULTS (sizeof(faults) / sizeof(*faults))
#define STACK  4096

static char stacks[FAULTS][STACK] __attribute__((aligned(16)));
static volatile bool survived[FAULTS];

/* EBX: where fault_page writes; ESI: a number to look for in the report. */
static void
raise(void (*fault)(void))
{
    uint32_t eax, ebx = challenge.param[0] % 0x08000000, esi = challenge.param[1];

    __asm__ volatile("call *%%eax" : "=a"(eax), "+b"(ebx), "+S"(esi) : "a"(fault) : "ecx", "edx", "memory");
}

static void
thread(void *argument)
{
    uint32_t i = (uint32_t)argument;

    raise(faults[i].raise);
    survived[i] = true;
}

/* All faults, each in a thread of its own, beside the root thread. */
static void
raise_all(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < FAULTS; i++)
        thread_start(thread, (void *)i, stacks[i], STACK);
    for (int i = 0; i < 100; i++)
        yield();
    for (uint32_t i = 0; i < FAULTS; i++)
        count += survived[i];
    report("survivors", "%u", count);
    report("alive", "%x", challenge.param[2]);
    report_end();
}

int
main(const struct boot_info *info)
{
    const char *name = test_argument(info);

    call_by_sysenter = false;
    if (strcmp(name, "all") == 0)
        raise_all();
    for (uint32_t i = 0; i < FAULTS; i++)
        if (strcmp(name, faults[i].name) == 0)
            raise(faults[i].raise);
    report("survived", "%s", name);
    report_end();
}
