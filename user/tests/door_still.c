/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Brings threads, doors and descriptors into all states that they can be in, and then nothing
 * happens any more: for who looks from outside.  Then some of them end.
 */
#include "door.h"
#include "process.h"

#define STACK 1024

static char stacks[7][STACK] __attribute__((aligned(16)));
static uint32_t quiet, line, busy, later, waited, heard, dead, child, parted;

void still_all(void), still_ended(void);
__asm__(".globl still_all, still_ended\n"
        "still_all: nop\n"
        "ret\n"
        "still_ended: jmp still_ended\n");

static void
start(unsigned n, void (*function)(void *), uint32_t argument)
{
    thread_start(function, (void *)argument, stacks[n], STACK);
}

static void
receiver(void *unused)
{
    (void)unused;
    receive(quiet, NULL, 0, 0);
}

static void
caller(void *door)
{
    send(CALL_USER_FIRST, (uint32_t)door, NULL, 0);
}

static void
calls_later(void)
{
    caller((void *)later);
}

static void
server(void *unused)
{
    struct wait_list list = {.door = {waited, quiet}};

    (void)unused;
    receive(busy, NULL, 0, 0);
    wait(&list, 2);
}

static void
parker(void *unused)
{
    (void)unused;
    receive(later, NULL, 0, 0);
    park(7);
    receive(quiet, NULL, 0, 0);
}

/* The others go on until they wait. */
static void
pause(void)
{
    receive(heard, NULL, 0, 20);
}

static void
make_doors(void)
{
    quiet = door_create(CALL_MACHINE, true, 0x71).value;
    line = door_create(CALL_MACHINE, false, 0x72).value;
    busy = door_create(CALL_MACHINE, false, 0x73).value;
    later = door_create(CALL_MACHINE, false, 0x74).value;
    waited = door_create(CALL_MACHINE, false, 0x75).value;
    heard = door_create(CALL_MACHINE, false, 0x76).value;
    dead = door_create(CALL_MACHINE, false, 0x77).value;
}

static void
make_child(void)
{
    uint32_t of_dead = descriptor_duplicate(dead, RIGHT_READ | RIGHT_COPY, 0x87).value;
    uint32_t words[] = {descriptor_word(of_dead, RIGHT_READ, 0), descriptor_word(line, RIGHT_WRITE, 0)};

    child = process_create().value;
    process_give(child, words, 2);
}

static void
make_servers(void)
{
    start(0, receiver, 0);
    start(1, server, 0);
    start(2, parker, 0);
    pause();
}

static void
make_callers(uint32_t through)
{
    struct registers r = {.eip = (uint32_t)calls_later, .esp = (uint32_t)stacks[7] - 16};

    start(3, caller, line);
    start(4, caller, line);
    start(5, caller, through);
    parted = process_thread(DESCRIPTOR_ROOT).value;
    thread_write(parted, &r);
    thread_run(parted);
    pause();
}

int
main(const struct boot_info *info)
{
    uint32_t through;

    (void)info;
    make_doors();
    make_child();
    make_servers();
    through = descriptor_duplicate(busy, RIGHTS_ALL, 0x83).value;
    make_callers(through);
    process_thread(DESCRIPTOR_ROOT);
    descriptor_close(through);
    descriptor_close(dead);
    descriptor_close(descriptor_duplicate(heard, RIGHTS_ALL, 0).value);
    yield();
    still_all();
    thread_delete(parted);
    descriptor_duplicate(child, RIGHT_READ, 0);
    process_delete(child);
    yield();
    still_ended();
    return 0;
}
