/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads whose system calls are not the kernel's: each comes here as a message, and its
 * reply says how the thread goes on.  And a process that calls the kernel by another vector.
 */
#include "door.h"
#include "peer.h"
#include "test.h"

#define STACK 4096
#define PAGE  0x20000000u /* where a receiver has its buffer */

/*
 * Code for another system, that enters it in one way or the other.  The system calls behind
 * show what the replies have made of the registers.
 */
__asm__(".text\n"
        "by_linux: int $0x80; int $0x81; int $0x82; jmp .\n"
        "by_lintel: int $0x40; int $0x81; int $0x82; jmp .\n"
        "by_sysenter: sysenter; int $0x81; int $0x82; jmp .\n");
void by_linux(void);
void by_lintel(void);
void by_sysenter(void);

static char stack[STACK] __attribute__((aligned(16)));
static uint32_t door;
static struct fault_message seen;

/* A new thread in the sandbox, which is going to run `code`. */
static uint32_t
sandboxed(void (*code)(void), struct registers r)
{
    uint32_t thread = process_thread(DESCRIPTOR_ROOT).value;

    r.eip = (uint32_t)code;
    r.esp = (uint32_t)(stack + STACK);
    report("sandbox", "%x", thread_sandbox(thread, door, 1).error);
    report("write", "%x", thread_write(thread, &r).error);
    thread_run(thread);
    return thread;
}

/* The next message, but for those that say that nobody else has the door. */
static struct message
next_message(void)
{
    struct message m;

    do
        m = receive(door, &seen, sizeof(seen), 0);
    while (m.function == MESSAGE_UNREF);
    return m;
}

static void
receive_trap(const char *name, void (*code)(void))
{
    struct message m = next_message();
    const struct registers *r = &seen.registers;

    report(name, "%x %x %x", m.function, m.cookie, seen.vector);
    report(name, "%x %x %x %x %x %x %x", r->edi, r->esi, r->ebp, r->ebx, r->edx, r->ecx, r->eax);
    report(name, "%x %x %x", r->eip - (uint32_t)code, r->esp - (uint32_t)(stack + STACK), r->eflags);
}

/* What a thread calls that would stop the machine, if it were a call. */
static struct registers
stop_call(void (*code)(void))
{
    static uint32_t status = 5;

    return (struct registers){
        .eax = CALL_MACHINE_STOP,
        .ebx = CALL_MACHINE,
        .esi = (uint32_t)&status,
        .edi = call_sizes(sizeof(status), sizeof(status), 0),
        .ebp = challenge.param[0],
        .ecx = code == by_sysenter ? (uint32_t)(stack + STACK) : challenge.param[1],
        .edx = code == by_sysenter ? (uint32_t)code + 2 : challenge.param[2],
        .eflags = challenge.param[3] & 0x8d5, /* no TF, which would stop it behind each instruction, and no DF */
    };
}

/* All else that a program may have in its registers, and in eflags what it may not. */
static struct registers
reply_of(const struct registers *before)
{
    const volatile uint32_t *p = challenge.param;

    return (struct registers){p[4], p[5], p[6], p[7], p[8], p[9], p[10], before->eip, 0x277000 | (p[11] & 0x8d5),
                              before->esp};
}

/* Lets the others do what they have to do. */
static void
wait_for_others(void)
{
    for (int i = 0; i < 4; i++)
        yield();
}

static void
by_way(const char *name, void (*code)(void))
{
    uint32_t thread = sandboxed(code, stop_call(code));
    struct registers after;
    struct thread_view view;

    receive_trap(name, code);
    report("busy", "%x", thread_sandbox(thread, 0, 0).error);
    after = reply_of(&seen.registers);
    reply(1, &after, call_sizes(sizeof(after), sizeof(after), 0));
    receive_trap(name, code);
    reply(1, NULL, 0);
    receive_trap(name, code);
    report("read", "%x", thread_read(thread, &view).error);
    reply_error(1);
    wait_for_others();
    report("ended", "%x", thread_read(thread, &view).error);
    descriptor_close(thread);
}

static void
ways(void)
{
    by_way("linux", by_linux);
    by_way("lintel", by_lintel);
    by_way("sysenter", by_sysenter);
}

static volatile uint32_t receiver_error;

static void
receive_on_page(void *unused)
{
    (void)unused;
    receiver_error = receive(door, (void *)PAGE, sizeof(seen), 0).cookie;
    thread_exit();
}

/* Who would receive the message has lost the page for it: the next one gets it, and the same. */
static void
lost_page(void)
{
    static char own[STACK];

    memory_map(DESCRIPTOR_ROOT, PAGE, 1, MEMORY_WRITABLE);
    thread_start(receive_on_page, NULL, own, sizeof(own));
    wait_for_others();
    memory_unmap(DESCRIPTOR_ROOT, PAGE, 1);
    sandboxed(by_linux, (struct registers){.eax = CALL_CLOCK});
    wait_for_others();
    receive_trap("lost", by_linux);
    report("receiver", "%x", receiver_error);
    reply_error(1);
}

/* Nobody answers any more: in the middle of a system call, and before one. */
static void
dead_door(void)
{
    struct thread_view view;
    uint32_t before, thread = sandboxed(by_linux, (struct registers){0});

    receive_trap("served", by_linux);
    before = process_thread(DESCRIPTOR_ROOT).value;
    thread_sandbox(before, door, 1);
    descriptor_close(door);
    wait_for_others();
    report("served", "%x", thread_read(thread, &view).error);
    thread_write(before, &(struct registers){.eip = (uint32_t)by_linux, .esp = (uint32_t)(stack + STACK)});
    thread_run(before);
    wait_for_others();
    report("before", "%x", thread_read(before, &view).error);
}

/* --- A process that calls the kernel by `int $0x80`. */

static struct result clock_80, clock_sysenter;

static struct result
enter_80(uint32_t function)
{
    struct result r;
    uint32_t buffer = 0, sizes = 0;

    __asm__ volatile("int $0x80"
                     : "=a"(r.value), "=b"(r.error), "+S"(buffer), "+D"(sizes)
                     : "0"(function), "1"(0)
                     : "memory");
    return r;
}

__asm__(".text\nint_40: int $0x40; ret\n");
void int_40(void);

static void
child(void *unused)
{
    (void)unused;
    clock_80 = enter_80(CALL_CLOCK);
    int_40();
    clock_sysenter = call_sysenter(CALL_CLOCK, CALL_SELF, NULL, 0);
    enter_80(CALL_THREAD_EXIT);
}

static void
report_faults(void)
{
    struct registers *r = &seen.registers;
    struct message m;

    while ((m = next_message()).function == MESSAGE_FAULT) {
        report("fault", "%x %x %x", seen.vector, seen.error, r->eip - (uint32_t)int_40);
        r->eip += 2;
        reply(m.cookie, r, call_sizes(sizeof(*r), sizeof(*r), 0));
    }
    report("last", "%x", m.function);
}

static void
other_vector(void)
{
    uint32_t process = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;

    report("vector", "%x", process_vector(process, 0x80).error);
    process_manager(process, door, 0, 1);
    peer_run(process, child, NULL, stack + STACK);
    report_faults();
    report("clock", "%x %x", clock_80.error, clock_sysenter.error);
    report("times", "%u %u %u", clock_80.value, clock_sysenter.value, clock_milliseconds());
}

int
main(const struct boot_info *info)
{
    static const struct {
        const char *name;
        void (*act)(void);
    } acts[] = {{"ways", ways}, {"lost", lost_page}, {"dead", dead_door}, {"vector", other_vector}};

    door = door_create(CALL_MACHINE, false, 0).value;
    for (unsigned i = 0; i < sizeof(acts) / sizeof(*acts); i++)
        if (strcmp(test_argument(info), acts[i].name) == 0)
            acts[i].act();
    report_end();
}
