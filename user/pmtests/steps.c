/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process made by hand, step by step.  Where this system's ancestors would send a message to pmcap and receive at
 * a box what comes of it, it makes a call: the box is in the call, and the reply comes to nobody else.
 *
 *     retcap = create(retbox); send(retcap, pmcap); childcap = receive(retbox)      child_create()
 *     send(write code segment)                                                      child_write(), child_region()
 *     send(write registers)                                                         child_registers()
 *     childclist = <pmcap, fmcap, wmcap, stdin, stdout, stderr>; send(write clist)  child_clist()
 *     send(start)                                                                   child_start()
 *
 * The child has no file: its code is below, its data and what its registers hold come from the challenge.  It ends
 * with a status that shows that it has found all of that.
 */
#include "sys/child.h"
#include "test.h"

#define CODE PROGRAM_BASE
#define DATA (PROGRAM_BASE + 0x1000)
#define ZERO (PROGRAM_BASE + 0x2000) /* a page of zeros; the stack ends with it */
#define END  (ZERO + 0x1000)
#define LIST 6

/* PM_EXIT with ESI, the word at DATA and the word at ZERO added up.  It uses its stack for the message. */
extern const uint8_t code[], code_end[];
__asm__(".section .rodata\n"
        "code:\n\t"
        "addl 0x08001000, %esi\n\t"
        "addl 0x08002000, %esi\n\t"
        "pushl $0\n\t"
        "pushl %esi\n\t"
        "movl $0x430, %eax\n\t" /* PM_EXIT */
        "xorl %ebx, %ebx\n\t"   /* PM_SELF */
        "movl %esp, %esi\n\t"
        "movl $0x00800400, %edi\n\t" /* a buffer of 8 bytes, with 4 bytes of data */
        "int $0x40\n\t"
        "ud2\n"
        "code_end:\n"
        ".text\n");

static uint32_t
state(uint32_t child)
{
    struct process_view view;
    struct result r = child_status(child, &view);

    return r.error ? r.error : view.state;
}

static void
write_memory(uint32_t child)
{
    uint32_t word = challenge.param[0], wrong = 0;

    report_result("code", child_write(child, CODE, 0, code, code_end - code));
    report_result("data", child_write(child, DATA, MEMORY_WRITABLE, &word, sizeof(word)));
    report_result("region", child_region(child, ZERO, 1, MEMORY_WRITABLE));
    report("region_taken", "%x", child_region(child, DATA, 1, 0).error);
    report_result("read", child_read_memory(child, DATA, &wrong, sizeof(wrong)));
    report("word", "%x", wrong);
}

static void
write_registers(uint32_t child)
{
    struct registers registers = {.eip = CODE, .esp = END, .esi = challenge.param[1]}, now = {0};

    report_result("registers", child_registers(child, &registers));
    child_read_registers(child, &now);
    report("esi", "%x", now.esi);
}

/* What this process has of its own environment, it gives a copy of. */
static void
write_clist(uint32_t child)
{
    uint32_t list[LIST];
    struct look look;

    for (uint32_t i = 0; i < LIST; i++)
        list[i] = !descriptor_look(FD_PM + i, &look).error && look.rights & RIGHT_COPY
                      ? descriptor_word(FD_PM + i, RIGHTS_ALL, 0) : child_nothing(child);
    report_result("clist", child_clist(child, list, LIST));
    report("clist_again", "%x", child_clist(child, list, LIST).error);
    report("first", "%x", child_read_clist(child, 1, &look).error);
    report("first_kind", "%x", look.kind);
    report("behind_last", "%x", child_read_clist(child, LIST + 1, &look).error);
}

static void
end(uint32_t child)
{
    struct process_view view = {0};
    struct result r = child_wait(child, &view);

    report("wait", "%x", r.error);
    report("ended", "%x %x", view.end, view.status);
    report("stale", "%x", child_start(child).error);
}

int
main(int argc, char **argv, char **envp)
{
    struct result child = child_create(FD_PM, "child", "");

    (void)argc, (void)argv, (void)envp;
    report("create", "%x", child.error);
    write_memory(child.value);
    write_registers(child.value);
    write_clist(child.value);
    report("new", "%x", state(child.value));
    report_result("start", child_start(child.value));
    report("late", "%x", child_write(child.value, CODE, 0, code, 1).error);
    end(child.value);
    report_end();
}
