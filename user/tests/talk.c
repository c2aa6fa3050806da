/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One message of each kind, one after the other: something to look at with `make trace`.
 * Each thread has a priority of its own, so who runs does not depend on when the timer ticks.
 */
#include "door.h"
#include "peer.h"
#include "process.h"
#include "text.h"

#include "abi/memory.h"

#define ECHO   (CALL_USER_FIRST + 0x00) /* the data comes back */
#define SWAP   (CALL_USER_FIRST + 0x08) /* a descriptor for a descriptor */
#define REFUSE (CALL_USER_FIRST + 0x10) /* an error */
#define MEET   (CALL_USER_FIRST + 0x18) /* is replied to when somebody else waits in line, or in PAUSE */
#define LATER  (CALL_USER_FIRST + 0x20) /* is parked, and answered with FREE */
#define FREE   (CALL_USER_FIRST + 0x28)
#define QUIT   (CALL_USER_FIRST + 0x30) /* as MEET, and then the server ends */

#define SIZE  64
#define STACK 4096
#define PAUSE 10                     /* milliseconds */
#define HOLE  (USER_BASE + 0x300000) /* where main() misses pages */
#define LAST  0x81                   /* the software interrupt with which boxed() ends */

/* What the other two processes are born with. */
#define PEER_DOOR 1
#define PEER_ROOT 2
#define PEER_SELF 3

/* A serial line that says that it can send. */
#define SERIAL_LINE       0x3f8
#define SERIAL_INTERRUPTS (SERIAL_LINE + 1)
#define SERIAL_CAN_SEND   2
#define SERIAL_IRQ        4

static char page[4096] __attribute__((aligned(4096)));
static uint32_t door; /* the server's */
static uint32_t own;  /* of main(), for what the kernel has to tell */

/* --- The other two */

static void
wait_for_others(void)
{
    struct wait_list list = {PAUSE, {PEER_DOOR}};

    wait(&list, 1);
}

static struct message
serve_one(struct message m, uint32_t *buffer)
{
    static uint32_t parked;

    switch (m.function) {
    case ECHO:
        return reply_receive(m.cookie + 1, buffer, call_sizes(SIZE, call_data_size(m.sizes), 0));
    case SWAP:
        buffer[0] = descriptor_word(buffer[0] & DESCRIPTOR_NUMBER, RIGHT_COPY, DESCRIPTOR_MOVE);
        return reply_receive(m.cookie, buffer, call_sizes(SIZE, 0, 1));
    case REFUSE:
        return reply_error_receive(5, buffer, SIZE);
    case LATER:
        parked = park(m.cookie).value;
        return receive(PEER_DOOR, buffer, SIZE, 0);
    case FREE:
        answer(parked, NULL, 0);
        break;
    case MEET:
        wait_for_others();
        break;
    case QUIT:
        wait_for_others();
        reply(m.cookie, NULL, 0);
        thread_exit();
    }
    return reply_receive(m.cookie, buffer, call_sizes(SIZE, 0, 0));
}

static void
server(void)
{
    uint32_t buffer[SIZE / 4];
    struct message m = receive(PEER_DOOR, buffer, SIZE, 0);

    for (;;)
        m = serve_one(m, buffer);
}

/* Brings pages, and lets a thread in a sandbox go on until its last call. */
static void
pager(void)
{
    struct fault_message fault;
    struct message m = receive(PEER_DOOR, &fault, sizeof(fault), 0);

    for (;;) {
        if (m.function == MESSAGE_FAULT)
            memory_share(PEER_ROOT, fault.address & ~0xfffu, 1, MEMORY_WRITABLE, PEER_SELF, (uint32_t)page);
        if (m.function == MESSAGE_TRAP && fault.vector == LAST)
            m = reply_error_receive(1, &fault, sizeof(fault));
        else if (m.function == MESSAGE_FAULT || m.function == MESSAGE_TRAP)
            m = reply_receive(3, &fault, call_sizes(sizeof(fault), 0, 0));
        else
            m = receive(PEER_DOOR, &fault, sizeof(fault), 0);
    }
}

/* --- Other threads of this process */

static void
patient(void)
{
    send(LATER, door, NULL, 0);
    thread_exit();
}

/* Gets an interrupt, and hears that no more can come. */
static void
driver(void)
{
    __asm__ volatile("outb %%al, %%dx" : : "a"(SERIAL_CAN_SEND), "d"(SERIAL_INTERRUPTS));
    receive(own, NULL, 0, 0);
    __asm__ volatile("outb %%al, %%dx" : : "a"(0), "d"(SERIAL_INTERRUPTS));
    receive(own, NULL, 0, 0);
    thread_exit();
}

void boxed(void);
__asm__("boxed:\n\tint $0x80\n\tmov %esp, %ecx\n\tmov $1f, %edx\n\tsysenter\n1:\tint $0x81\n");

static void
late(void)
{
    send(ECHO, door, NULL, 0);
    thread_exit();
}

/* --- main() */

/* A thread that is less urgent than all before it, and does not run yet.  Answers with a descriptor of it. */
static uint32_t
thread(uint32_t process, void (*function)(void))
{
    static char stacks[6][STACK] __attribute__((aligned(16)));
    static uint32_t made;
    struct registers registers = {.eip = (uint32_t)function, .esp = (uint32_t)stacks[++made]};
    uint32_t t = process_thread(process).value;

    thread_write(t, &registers);
    thread_priority(t, PRIORITY_DEFAULT - made, 0);
    return t;
}

static uint32_t
door_new(uint32_t cookie)
{
    return door_create(CALL_MACHINE, false, cookie).value;
}

/* A process that runs it; `*call` is a descriptor of its door.  Answers with one of the process. */
static uint32_t
peer(void (*function)(void), uint32_t *call)
{
    uint32_t owner = door_new(0), process = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
    const uint32_t words[] = {
        descriptor_word(owner, RIGHTS_ALL, DESCRIPTOR_MOVE),
        descriptor_word(DESCRIPTOR_ROOT, RIGHTS_ALL, 0),
        descriptor_word(process, RIGHTS_ALL, 0),
    };

    *call = descriptor_duplicate(owner, RIGHTS_ALL, 7).value;
    process_give(process, words, 3);
    thread_run(thread(process, function));
    return process;
}

static void
calls(void)
{
    uint32_t buffer[SIZE / 4] = {1, 2};

    send(ECHO, door, buffer, call_sizes(SIZE, 8, 0));
    buffer[0] = descriptor_word(door, RIGHTS_ALL, 0);
    send(SWAP, door, buffer, call_sizes(SIZE, 0, 1));
    send(REFUSE, door, buffer, call_sizes(SIZE, 4, 0));
    thread_run(thread(DESCRIPTOR_ROOT, patient));
    send(MEET, door, NULL, 0);
    send(FREE, door, NULL, 0);
}

/* Pages that are missing, in ring 3 and in a kernel call; and what a thread in a sandbox does. */
static void
faults(uint32_t manager)
{
    uint32_t t = thread(DESCRIPTOR_ROOT, boxed);

    process_manager(DESCRIPTOR_ROOT, manager, RIGHTS_ALL, 0);
    *(volatile char *)HOLE = 0;
    console_write((const char *)HOLE + 4096, 1);
    thread_sandbox(t, manager, 0);
    thread_run(t);
    send(MEET, door, NULL, 0);
}

static void
interrupt(void)
{
    own = door_new(9);
    process_ports(DESCRIPTOR_ROOT, CALL_MACHINE, SERIAL_LINE, 8);
    irq_bind(CALL_MACHINE, SERIAL_IRQ, own, 4);
    thread_run(thread(DESCRIPTOR_ROOT, driver));
    send(MEET, door, NULL, 0);
    irq_bind(CALL_MACHINE, SERIAL_IRQ, 0, 0);
    send(MEET, door, NULL, 0);
}

/* What becomes of calls when others end. */
static void
ends(uint32_t process)
{
    struct ended ended;

    own = door_new(0);
    process_manager(process, own, 0, 11);
    thread_run(thread(DESCRIPTOR_ROOT, late));
    send(QUIT, door, NULL, 0);
    receive(own, &ended, sizeof(ended), 0);
    send(ECHO, door, NULL, 0);
    receive(door_new(0), NULL, 0, PAUSE);
}

int
main(const struct boot_info *info)
{
    uint32_t process = peer(server, &door), pages;

    (void)info;
    peer(pager, &pages);
    receive(door_new(0), NULL, 0, PAUSE);
    calls();
    faults(pages);
    interrupt();
    ends(process);
    printf("talk: all has been said\n");
    machine_stop(0);
}
