/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One message of each kind, one after the other: something to look at with `make trace`.
 */
#include "door.h"
#include "peer.h"
#include "process.h"
#include "text.h"

#include "abi/memory.h"

#define ECHO   (CALL_USER_FIRST + 0x00) /* the data comes back */
#define SWAP   (CALL_USER_FIRST + 0x08) /* a descriptor for a descriptor */
#define REFUSE (CALL_USER_FIRST + 0x10) /* an error */
#define LATER  (CALL_USER_FIRST + 0x18) /* is answered with the next one */
#define FREE   (CALL_USER_FIRST + 0x20)
#define SLOW   (CALL_USER_FIRST + 0x28) /* who comes meanwhile waits in line */
#define QUIT   (CALL_USER_FIRST + 0x30) /* somebody else waits in line then, in vain */

#define SIZE  64
#define STACK 4096
#define HOLE  (USER_BASE + 0x300000) /* where main() misses a page */
#define PAUSE 10                     /* milliseconds */
#define LAST  0x81                   /* the software interrupt at which boxed() ends */

/* What the other two processes are born with. */
#define PEER_DOOR 1
#define PEER_ROOT 2
#define PEER_SELF 3

/* A serial line says that it can send. */
#define SERIAL_LINE       0x3f8
#define SERIAL_INTERRUPTS (SERIAL_LINE + 1)
#define SERIAL_CAN_SEND   2
#define SERIAL_IRQ        4

static char page[4096] __attribute__((aligned(4096)));
static char stacks[6][STACK] __attribute__((aligned(16)));
static uint32_t door; /* the server's */

/* --- A server */

static uint32_t parked;

static struct message
serve_one(struct message m, char *buffer)
{
    uint32_t *words = (uint32_t *)buffer;
    struct wait_list pause = {PAUSE, {PEER_DOOR}};

    switch (m.function) {
    case ECHO:
        return reply_receive(m.cookie + 1, buffer, call_sizes(SIZE, call_data_size(m.sizes), 0));
    case SWAP:
        words[0] = descriptor_word(words[0] & DESCRIPTOR_NUMBER, RIGHT_COPY, DESCRIPTOR_MOVE);
        return reply_receive(m.cookie, buffer, call_sizes(SIZE, 0, 1));
    case LATER:
        parked = park(m.cookie).value;
        return receive(PEER_DOOR, buffer, SIZE, 0);
    case FREE:
        answer(parked, NULL, 0);
        break;
    case SLOW:
        wait(&pause, 1);
        break;
    case QUIT:
        wait(&pause, 1);
        reply(m.cookie, NULL, 0);
        thread_exit();
    default:
        return reply_error_receive(5, buffer, SIZE);
    }
    return reply_receive(m.cookie, buffer, call_sizes(SIZE, 0, 0));
}

static void
server(void *unused)
{
    char buffer[SIZE] __attribute__((aligned(4)));
    struct message m = receive(PEER_DOOR, buffer, SIZE, 0);

    (void)unused;
    for (;;)
        m = serve_one(m, buffer);
}

static void
pager(void *unused)
{
    struct fault_message fault;

    (void)unused;
    for (;;)
        switch (receive(PEER_DOOR, &fault, sizeof(fault), 0).function) {
        case MESSAGE_FAULT:
            memory_share(PEER_ROOT, fault.address & ~0xfffu, 1, MEMORY_WRITABLE, PEER_SELF, (uint32_t)page);
            reply(3, NULL, 0);
            break;
        case MESSAGE_TRAP:
            if (fault.vector == LAST)
                reply_error(1);
            else
                reply(0, NULL, 0);
        }
}

/* --- A client, and who helps it */

static void
patient(void *unused)
{
    (void)unused;
    send(LATER, door, NULL, 0);
}

static void
slow(void *unused)
{
    (void)unused;
    send(SLOW, door, NULL, 0);
}

void boxed(void);
__asm__("boxed:\n\tint $0x80\n\tmov %esp, %ecx\n\tmov $1f, %edx\n\tsysenter\n1:\tint $0x81\n");

static uint32_t
door_new(uint32_t cookie)
{
    return door_create(CALL_MACHINE, false, cookie).value;
}

/* A process that runs it; `*call` is a descriptor of its door.  Answers with one of the process. */
static uint32_t
peer(void (*function)(void *), char *stack, uint32_t *call)
{
    uint32_t owner = door_new(0), process = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
    const uint32_t words[] = {
        descriptor_word(owner, RIGHTS_ALL, DESCRIPTOR_MOVE),
        descriptor_word(DESCRIPTOR_ROOT, RIGHTS_ALL, 0),
        descriptor_word(process, RIGHTS_ALL, 0),
    };

    *call = descriptor_duplicate(owner, RIGHTS_ALL, 7).value;
    process_give(process, words, 3);
    peer_run(process, function, NULL, stack + STACK);
    yield();
    return process;
}

static void
at_once(void)
{
    uint32_t buffer[SIZE / 4] = {1, 2};

    send(ECHO, door, buffer, call_sizes(SIZE, 8, 0));
    buffer[0] = descriptor_word(door, RIGHTS_ALL, 0);
    send(SWAP, door, buffer, call_sizes(SIZE, 0, 1));
    send(REFUSE, door, buffer, call_sizes(SIZE, 4, 0));
}

static void
with_others(void)
{
    char byte = 1;

    thread_start(patient, NULL, stacks[2], STACK);
    yield();
    send(FREE, door, NULL, 0);
    thread_start(slow, NULL, stacks[3], STACK);
    yield();
    send(ECHO, door, &byte, call_sizes(1, 1, 0));
}

/* A page that is missing, in ring 3 and in a kernel call; and what a thread in a sandbox does. */
static void
with_manager(uint32_t manager)
{
    uint32_t thread = process_thread(DESCRIPTOR_ROOT).value;
    struct registers registers = {.eip = (uint32_t)boxed, .esp = (uint32_t)stacks[2]};

    process_manager(DESCRIPTOR_ROOT, manager, RIGHTS_ALL, 3);
    *(volatile char *)HOLE = 0;
    console_write((const char *)HOLE + 4096, 1);
    thread_write(thread, &registers);
    thread_sandbox(thread, manager, 0);
    thread_run(thread);
    yield();
}

/* Gets an interrupt, and hears that no more can come. */
static void
driver(void *own)
{
    __asm__ volatile("outb %%al, %%dx" : : "a"(SERIAL_CAN_SEND), "d"(SERIAL_INTERRUPTS));
    receive((uint32_t)own, NULL, 0, 0);
    __asm__ volatile("outb %%al, %%dx" : : "a"(0), "d"(SERIAL_INTERRUPTS));
    receive((uint32_t)own, NULL, 0, 0);
}

static void
interrupt(void)
{
    uint32_t own = door_new(9);

    process_ports(DESCRIPTOR_ROOT, CALL_MACHINE, SERIAL_LINE, 8);
    irq_bind(CALL_MACHINE, SERIAL_IRQ, own, 4);
    thread_start(driver, (void *)own, stacks[4], STACK);
    yield();
    irq_bind(CALL_MACHINE, SERIAL_IRQ, 0, 0);
    yield();
}

static void
late(void *unused)
{
    (void)unused;
    send(ECHO, door, NULL, 0);
}

/* How long a thread waits, and what becomes of its calls when others end. */
static void
in_the_end(uint32_t process)
{
    struct ended ended;
    uint32_t own = door_new(0);

    receive(own, NULL, 0, PAUSE);
    process_manager(process, own, 0, 11);
    thread_start(late, NULL, stacks[5], STACK);
    send(QUIT, door, NULL, 0);
    receive(own, &ended, sizeof(ended), 0);
    send(ECHO, door, NULL, 0);
}

int
main(const struct boot_info *info)
{
    uint32_t process = peer(server, stacks[0], &door), pages;

    (void)info;
    peer(pager, stacks[1], &pages);
    at_once();
    with_others();
    with_manager(pages);
    interrupt();
    in_the_end(process);
    printf("talk: all has been said\n");
    machine_stop(0);
}
