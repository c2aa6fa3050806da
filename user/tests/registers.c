/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a kernel call leaves in the registers, by both ways in.
 */
#include "test.h"

struct registers {
    uint32_t eax, ebx, ecx, edx, esi, edi, ebp, esp, eflags, ds, es, fs, gs;
};

extern struct registers registers_in, registers_out;
void registers_call_int(void), registers_call_sysenter(void);

/* The stack pointer is changed too: it must come back as it was. */
__asm__(".data\n"
        ".balign 4\n"
        "registers_in:  .fill 13, 4, 0\n"
        "registers_out: .fill 13, 4, 0\n"
        "saved:         .fill 2, 4, 0\n"
        ".text\n"
        ".macro before\n"
        "    pusha\n"
        "    mov %esp, saved\n"
        "    mov registers_in + 0, %eax\n"
        "    mov registers_in + 4, %ebx\n"
        "    mov registers_in + 16, %esi\n"
        "    mov registers_in + 20, %edi\n"
        "    mov registers_in + 24, %ebp\n"
        ".endm\n"
        ".macro after\n"
        "    mov %eax, registers_out + 0\n"
        "    mov %ebx, registers_out + 4\n"
        "    mov %ecx, registers_out + 8\n"
        "    mov %edx, registers_out + 12\n"
        "    mov %esi, registers_out + 16\n"
        "    mov %edi, registers_out + 20\n"
        "    mov %ebp, registers_out + 24\n"
        "    mov %esp, registers_out + 28\n"
        "    mov saved, %esp\n"
        "    pushf\n"
        "    pop registers_out + 32\n"
        "    mov %ds, registers_out + 36\n"
        "    mov %es, registers_out + 40\n"
        "    mov %fs, registers_out + 44\n"
        "    mov %gs, registers_out + 48\n"
        "    mov saved, %esp\n"
        "    popa\n"
        "    cld\n"
        "    ret\n"
        ".endm\n"
        "registers_call_int:\n"
        "    before\n"
        "    mov registers_in + 8, %ecx\n"
        "    mov registers_in + 12, %edx\n"
        "    mov registers_in + 28, %esp\n"
        "    std\n"
        "    int $0x40\n"
        "    after\n"
        "registers_call_sysenter:\n"
        "    before\n"
        "    mov registers_in + 28, %ecx\n"
        "    mov $1f, %edx\n"
        "    mov $0xdead, %esp\n"
        "    std\n"
        "    sysenter\n"
        "1:\n"
        "    after\n");

static void
try(const char *way, void (*call)(void))
{
    char name[16];

    registers_in = (struct registers){
        .eax = CALL_YIELD,
        .ebx = CALL_SELF,
        .ecx = challenge.param[0],
        .edx = challenge.param[1],
        .esi = challenge.param[2],
        .edi = call_sizes(challenge.param[3] % 4096, 0, 0),
        .ebp = challenge.param[4],
        .esp = challenge.param[5],
    };
    call();
    for (unsigned i = 0; i < 13; i++) {
        static const char *const names[] = {"eax", "ebx", "ecx", "edx", "esi", "edi", "ebp",
                                            "esp", "eflags", "ds", "es", "fs", "gs"};

        snprintf(name, sizeof(name), "%s.%s", way, names[i]);
        report(name, "%x", ((uint32_t *)&registers_out)[i]);
    }
}

int
main(const struct boot_info *info)
{
    call_by_sysenter = false;
    report("offered", "%u", info->sysenter);
    if (strcmp(test_argument(info), "int") == 0)
        try("int", registers_call_int);
    else if (info->sysenter)
        try("sysenter", registers_call_sysenter);
    report_end();
}
