/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that fault, each in its own way, with registers that the challenge decides;
 * and their manager, which tells what it is told, and how they go on.
 */
#include "actor.h"

#include "abi/memory.h"

int main(const struct boot_info *info);

#define COOKIE (challenge.param[0])
#define ABSENT 0x20000000u
#define FLAGS  0xcd5u /* that are put into EFLAGS: not TF */

/* In memory, as it comes and goes: for the grader, which looks there from outside. */
struct fault_message told;

void pager_spin(void), pager_told(void);
void fault_read(void), fault_write(void), fault_push(void), fault_divide(void), fault_undefined(void), fault_break(void);
void fault_overflow(void), fault_interrupt(void), fault_halt(void), fault_step(void), fault_next(void);

__asm__(".globl pager_spin, pager_told, fault_read, fault_write\n"
        "pager_spin:      jmp pager_spin\n"
        "pager_told:      ret\n"
        "fault_read:      mov (%esi), %al\n"
        "                 ud2\n"
        "fault_write:     mov %al, (%edi)\n"
        "                 ud2\n"
        "fault_push:      push %eax\n"
        "                 ud2\n"
        "fault_divide:    div %ecx\n"
        "                 ud2\n"
        "fault_undefined: ud2\n"
        "fault_break:     int3\n"
        "                 ud2\n"
        "fault_overflow:  into\n"
        "                 ud2\n"
        "fault_interrupt: int $0x50\n"
        "                 ud2\n"
        "fault_halt:      hlt\n"
        "                 ud2\n"
        "fault_step:      nop\n"
        "                 ud2\n"
        "fault_next:      ud2\n");

static uint32_t process, door;

static struct registers
random_registers(uint32_t by)
{
    struct registers r;
    uint32_t *word = (uint32_t *)&r;

    for (unsigned i = 0; i < sizeof(r) / 4; i++)
        word[i] = challenge.param[(i + by) % 16] + by;
    r.eflags &= FLAGS;
    return r;
}

/* Its place in a page that is not there, in one that can only be read, or in the kernel. */
static const struct kind {
    const char *name;
    void (*eip)(void);
    uint32_t base; /* where it reads or writes */
    uint32_t flags;
} kinds[] = {
    {"read", fault_read, ABSENT, 0},
    {"write", fault_write, ABSENT, 0},
    {"read-only", fault_write, 0, 0},
    {"kernel", fault_read, KERNEL_BASE, 0},
    {"push", fault_push, ABSENT, 0},
    {"fetch", NULL, ABSENT, 0},
    {"divide", fault_divide, 0, 0},
    {"undefined", fault_undefined, 0, 0},
    {"break", fault_break, 0, 0},
    {"overflow", fault_overflow, 0, 0x800},
    {"interrupt", fault_interrupt, 0, 0},
    {"halt", fault_halt, 0, 0},
    {"step", fault_step, 0, 0x100},
};

static struct registers
registers_for(const struct kind *k, uint32_t by)
{
    struct registers r = random_registers(by);
    uint32_t place = k->base ? k->base + challenge.param[by] % 0x1000000 : (uint32_t)main + challenge.param[by] % 8;

    r.eip = k->eip ? (uint32_t)k->eip : place;
    r.esi = r.edi = r.esp = place;
    r.ecx = k->eip == fault_divide ? 0 : r.ecx;
    r.eflags |= k->flags;
    return r;
}

/* Function, cookie and sizes are reported once; of EIP, how far it has gone on from `eip`. */
static void
report_told(const char *name, uint32_t eip)
{
    const struct registers *r = &told.registers;

    report(name, "%x %x %x %x %x", told.vector, told.error, told.address, told.access, told.present);
    report(name, "%x %x %x %x %x %x %x", r->edi, r->esi, r->ebp, r->ebx, r->edx, r->ecx, r->eax);
    report(name, "%x %x %x", r->eip - eip, r->eflags, r->esp);
}

/* The next message about a fault: what else the manager hears is told elsewhere. */
static struct message
next_fault(void)
{
    struct message m;

    do {
        m = receive(door, &told, sizeof(told), 0);
    } while (m.function != MESSAGE_FAULT && m.function != CALL_INVALID);
    return m;
}

/* Three faults: the first; again, or behind it, when nothing is replied; and with all registers changed. */
static void
fault(uint32_t i)
{
    struct registers r = registers_for(&kinds[i], i);
    uint32_t thread = process_thread(process).value;
    struct thread_view view;
    struct message m;

    thread_read(thread, &view);
    thread_write(thread, &r);
    thread_run(thread);
    report("place", "%x", r.esp);
    m = next_fault();
    report("message", "%x %x %x %u", m.function, m.cookie, m.sizes, told.thread == view.number);
    report_told(kinds[i].name, r.eip);
    reply(COOKIE + i + 1, NULL, 0);
    next_fault();
    report_told("second", r.eip);
    r = random_registers(i + 7);
    r.eip = (uint32_t)fault_next;
    r.eflags = challenge.param[i] & ~0x100;
    report_result("reply", reply(COOKIE + i + 1, &r, call_sizes(sizeof(r), sizeof(r), 0)));
    next_fault();
    report_told("third", r.eip);
    report_result("refuse", reply_error(1 + i));
    settle();
    report("ended", "%x", thread_read(thread, &view).error);
}

/* While the manager has a message, nobody else can become the manager.  Replies that are none. */
static void
busy(void)
{
    struct registers r = registers_for(&kinds[0], 0);
    uint32_t thread = process_thread(process).value;

    thread_write(thread, &r);
    thread_run(thread);
    next_fault();
    report_result("busy", process_manager(process, door, RIGHTS_ALL, 0));
    report_result("short", reply(0, &r, call_sizes(sizeof(r), sizeof(r) - 4, 0)));
    report_result("long", reply(0, &told, call_sizes(sizeof(told), sizeof(r) + 4, 0)));
    report_result("descriptor", reply(0, &told, call_sizes(sizeof(told), sizeof(r), 1)));
    report_result("address", reply(0, (void *)KERNEL_BASE, call_sizes(sizeof(r), sizeof(r), 0)));
    reply_error(1);
    report_result("free", process_manager(process, door, RIGHTS_ALL, 0));
}

/* For the grader, which sets and reads the registers of a thread that spins. */
static void
outside(void)
{
    struct registers r = {.eip = (uint32_t)pager_spin};
    uint32_t thread = process_thread(process).value;

    thread_write(thread, &r);
    thread_run(thread);
    for (;;) {
        next_fault();
        pager_told();
        reply(0, &told.registers, call_sizes(sizeof(told), sizeof(struct registers), 0));
    }
}

int
main(const struct boot_info *info)
{
    process = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
    process_thread(process); /* one that never runs, so that the process does not end */
    door = door_create(CALL_MACHINE, false, 0).value;
    process_manager(process, door, RIGHTS_ALL, COOKIE);
    if (strcmp(test_argument(info), "outside") == 0)
        outside();
    for (uint32_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        fault(i);
    busy();
    report_end();
}
