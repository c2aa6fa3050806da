/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that look as if they could go the fast path, each with something beside them
 * that must not be forgotten.
 */
#include "actor.h"

#define PAGE      4096u
#define AREA      0x20000000u /* where both processes have a page for messages */
#define ECHO      CALL_USER_FIRST
#define HOLD      (CALL_USER_FIRST + 8)  /* is replied to when it is time to `go` */
#define WAKE      (CALL_USER_FIRST + 16) /* lets another thread run */
#define USED      (MEMORY_ACCESSED | MEMORY_DIRTY)
#define HIGH      20
#define BETWEEN   18

static uint32_t house, houses_door, through;
static struct actor server, client[3], woken;
static volatile bool go, ran, ran_first;
static volatile uint32_t reply_size, received, last;
static uint32_t houses_woken;

/* --- The server, in a process of its own.  It does not look at its buffer. */

static void
serves(void *argument)
{
    struct message m = receive(houses_door, (void *)AREA, 64, 0);

    (void)argument;
    for (;;) {
        received++;
        last = m.function == CALL_INVALID ? m.cookie : m.function;
        while (m.function == HOLD && !go)
            yield();
        if (m.function == WAKE) {
            thread_run(houses_woken);
            ran_first = ran;
        }
        m = reply_receive(m.cookie + 1, (void *)AREA, call_sizes(64, reply_size, 0));
        if (m.function == CALL_INVALID)
            m = receive(houses_door, (void *)AREA, 64, 0);
    }
}

static void
build(void)
{
    uint32_t owner = door_create(CALL_MACHINE, false, 0).value, word = descriptor_word(owner, RIGHTS_ALL, DESCRIPTOR_MOVE);

    house = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
    through = descriptor_duplicate(owner, RIGHTS_ALL, 5).value;
    houses_door = process_give(house, &word, 1).value;
    memory_map(house, AREA, 1, MEMORY_WRITABLE);
    reply_size = received = 0;
    go = false;
    actor_start(&server, house, serves);
    settle();
}

static void
start_call(uint32_t i, uint32_t function, uint32_t number)
{
    actor_sends(&client[i], DESCRIPTOR_ROOT, function, number, 16, 4);
    settle();
}

static void
report_clients(const char *name)
{
    report(name, "%u:%x %u:%x %u:%x received %u last %x", client[0].done, client[0].r.error, client[1].done, client[1].r.error,
           client[2].done, client[2].r.error, received, last);
}

/* --- What the processor would have marked in the page tables. */

static void
report_marks(uint32_t data, uint32_t answer)
{
    struct memory_view view;
    uint32_t mine;

    reply_size = answer;
    memory_scan(DESCRIPTOR_ROOT, AREA, 1, &view);
    memory_scan(house, AREA, 1, &view);
    send(ECHO, through, (void *)AREA, call_sizes(64, data, 0));
    memory_query(DESCRIPTOR_ROOT, AREA, 1, &view);
    mine = view.page[0] & USED;
    memory_query(house, AREA, 1, &view);
    report("marks", "%x %x", mine, view.page[0] & USED);
    reply_size = 0;
}

/* --- Numbers of descriptors are used again when their last call is over, and not before. */

static void
report_numbers(void)
{
    uint32_t one = descriptor_duplicate(through, RIGHTS_ALL, 0).value, two, three, four;

    for (int i = 0; i < 5; i++)
        send(ECHO, one, NULL, 0);
    descriptor_close(one);
    two = descriptor_duplicate(through, RIGHTS_ALL, 0).value;
    start_call(0, HOLD, two);
    descriptor_close(two);
    three = descriptor_duplicate(through, RIGHTS_ALL, 0).value;
    go = true;
    settle();
    four = descriptor_duplicate(through, RIGHTS_ALL, 0).value;
    report("numbers", "%u %u %u", two == one, three == two, four == two);
    descriptor_close(three);
    descriptor_close(four);
    go = false;
}

/* --- Who serves runs at its caller's priority. */

static void
runs(void *argument)
{
    (void)argument;
    ran = true;
}

static void
report_priority(void)
{
    struct registers r = {.eip = (uint32_t)thread_entry, .eax = (uint32_t)&woken.act, .esp = (uint32_t)&woken.act};
    uint32_t word;

    woken.act = runs;
    woken.self = &woken;
    woken.thread = process_thread(DESCRIPTOR_ROOT).value;
    thread_write(woken.thread, &r);
    thread_priority(woken.thread, BETWEEN, CALL_MACHINE);
    word = descriptor_word(woken.thread, RIGHTS_ALL, DESCRIPTOR_MOVE);
    houses_woken = process_give(house, &word, 1).value;
    client[0].function = WAKE;
    client[0].door = through;
    client[0].sizes = 0;
    actor_start(&client[0], DESCRIPTOR_ROOT, actor_call);
    thread_priority(client[0].thread, HIGH, CALL_MACHINE);
    settle();
    report("priority", "%u %u %u", client[0].done, ran_first, ran);
}

/* --- A receiver that has been stopped; one that another caller waits for; one that has a message of the kernel's. */

static void
report_stopped(void)
{
    thread_stop(server.thread);
    start_call(0, ECHO, through);
    report_clients("stopped");
    thread_run(server.thread);
    settle();
    report_clients("runs-on");
}

static void
report_line(void)
{
    start_call(0, HOLD, through);
    start_call(1, ECHO, through);
    start_call(2, ECHO, through);
    report_clients("line");
    go = true;
    settle();
    report_clients("line.done");
    go = false;
}

static void
report_event(void)
{
    uint32_t process = process_create().value;

    process_manager(process, through, RIGHTS_ALL, 0);
    start_call(0, HOLD, through);
    process_delete(process);
    go = true;
    settle();
    report_clients("ended");
    go = false;
    start_call(0, HOLD, through);
    descriptor_close(through);
    go = true;
    settle();
    report_clients("event");
    process_delete(house);
}

/* Copies that went over count: their door is not without a descriptor. */
static void
report_copies(void)
{
    for (int i = 0; i < 3; i++) {
        *(uint32_t *)AREA = descriptor_word(through, RIGHTS_ALL, 0);
        send(ECHO, through, (void *)AREA, call_sizes(64, 0, 1));
    }
    descriptor_close(through);
    settle();
    report_clients("copies");
    process_delete(house);
}

/* --- Death. */

static void
report_callers_end(void)
{
    start_call(0, HOLD, through);
    start_call(1, HOLD, through);
    thread_delete(client[0].thread);
    go = true;
    settle();
    report_clients("caller-ends");
    start_call(2, ECHO, through);
    report_clients("caller-ends.next");
    go = false;
}

static void
report_server_ends(void)
{
    send(ECHO, through, NULL, 0);
    thread_delete(server.thread);
    start_call(0, ECHO, through);
    report_clients("server-ends");
    build();
    send(ECHO, through, NULL, 0);
    start_call(0, HOLD, through);
    start_call(1, ECHO, through);
    process_delete(house);
    settle();
    report_clients("serving-ends");
}

int
main(const struct boot_info *info)
{
    (void)info;
    memory_map(DESCRIPTOR_ROOT, AREA, 1, MEMORY_WRITABLE);
    build();
    report_marks(16, 0);
    report_marks(0, 16);
    report_marks(4, 4);
    report_marks(0, 0);
    report_numbers();
    report_priority();
    report_stopped();
    report_line();
    report_event();
    build();
    report_copies();
    build();
    report_callers_end();
    report_server_ends();
    report_end();
}
