/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads by descriptor: registers, stopping, priorities, and who runs when a server
 * works for somebody more urgent.  Each event appends a letter to `order`.
 */
#include "door.h"
#include "peer.h"
#include "test.h"

#define STACK   2048
#define FIRST   CALL_USER_FIRST

static char stacks[8][STACK] __attribute__((aligned(16)));
static char order[64];
static volatile uint32_t at, spins, stop;
static uint32_t door, inner_door;

static void
note(char c)
{
    order[at++ % (sizeof(order) - 1)] = c;
}

static void
say(const char *name)
{
    order[at] = 0;
    report(name, "%s", order);
    at = 0;
}

/* A thread of this process, stopped, that is to run function(argument). */
static uint32_t
make(unsigned n, void (*function)(uint32_t), uint32_t argument, uint32_t priority)
{
    uint32_t *stack = (uint32_t *)(stacks[n] + STACK) - 4;
    struct registers r = {.eip = (uint32_t)function, .esp = (uint32_t)stack};
    uint32_t thread = process_thread(DESCRIPTOR_ROOT).value;

    stack[1] = argument;
    thread_write(thread, &r);
    thread_priority(thread, priority, CALL_MACHINE);
    return thread;
}

static void
letter(uint32_t c)
{
    note(c);
    thread_exit();
}

/* Of those that are ready the highest runs first; equals in the order of their starting. */
static void
by_priority(void)
{
    static const uint32_t priorities[] = {10, 20, 20, 31, 0, 17, 24, 25};
    uint32_t thread[8];

    for (unsigned i = 0; i < 8; i++)
        thread[i] = make(i, letter, 'a' + i, priorities[i]);
    for (unsigned i = 0; i < 8; i++) {
        thread_run(thread[i]);
        note('.');
    }
    receive(door, NULL, 0, 30);
    say("order");
    for (unsigned i = 0; i < 8; i++)
        report("dead", "%x", thread_run(thread[i]).error);
    for (unsigned i = 0; i < 8; i++)
        descriptor_close(thread[i]);
}

static void
spin(uint32_t unused)
{
    (void)unused;
    while (!stop)
        spins++;
    thread_exit();
}

static void
stopping(void)
{
    struct registers changed = {.eip = (uint32_t)letter, .esp = (uint32_t)(stacks[1] + STACK) - 16};
    struct thread_view view;
    uint32_t thread = make(0, spin, 0, 16), before;

    thread_read(thread, &view);
    report("new", "%x %u %x", view.state, view.priority, view.registers.eip == (uint32_t)spin);
    thread_run(thread);
    receive(door, NULL, 0, 20);
    report("write.running", "%x", thread_write(thread, &changed).error);
    thread_stop(thread);
    before = spins;
    receive(door, NULL, 0, 20);
    thread_read(thread, &view);
    report("stopped", "%x %u %u", view.state, before > 0, spins == before);
    ((uint32_t *)changed.esp)[1] = 'z';
    report("write.stopped", "%x", thread_write(thread, &changed).error);
    thread_run(thread);
    receive(door, NULL, 0, 20);
    say("changed");
    report("machine", "%x", thread_priority(thread, 17, 0).error);
    descriptor_close(thread);
}

/* Serves one call at a low priority: calls the inner server in turn. */
static void
outer(uint32_t unused)
{
    struct message m = receive(door, NULL, 0, 0);

    (void)unused;
    note('o');
    send(FIRST, inner_door, NULL, 0);
    note('O');
    reply(m.cookie, NULL, 0);
    note('e');
    thread_exit();
}

static void
inner(uint32_t unused)
{
    struct message m = receive(inner_door, NULL, 0, 0);

    (void)unused;
    note('i');
    for (spins = 0; spins < 200000;)
        spins++;
    note('I');
    reply(m.cookie, NULL, 0);
    thread_exit();
}

static void
client(uint32_t unused)
{
    (void)unused;
    note('c');
    send(FIRST, door, NULL, 0);
    note('C');
    thread_exit();
}

static void
middle(uint32_t unused)
{
    (void)unused;
    note('m');
    for (volatile uint32_t i = 0; i < 200000; i++)
        continue;
    note('M');
    thread_exit();
}

/* While the two low servers work for the high client, the thread in the middle has to wait. */
static void
inheritance(void)
{
    uint32_t servers[2] = {make(0, outer, 0, 2), make(1, inner, 0, 1)}, high = make(2, client, 0, 20);
    uint32_t between = make(3, middle, 0, 10);

    thread_run(servers[0]);
    thread_run(servers[1]);
    wait(&(struct wait_list){.limit = 20, .door = {inner_door}}, 1);
    thread_run(between);
    thread_run(high);
    wait(&(struct wait_list){.limit = 200, .door = {inner_door}}, 1);
    say("inherited");
}

int
main(const struct boot_info *info)
{
    (void)info;
    door = door_create(CALL_MACHINE, false, 0).value;
    inner_door = door_create(CALL_MACHINE, false, 0).value;
    by_priority();
    stopping();
    inheritance();
    report_end();
}
