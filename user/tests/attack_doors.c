/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attacks from ring 3 on what the kernel keeps about threads, doors and processes.  Each
 * was a bug once: with it the machine stops, hangs, or does what nobody may do.
 */
#include "actor.h"

#define FUNCTION CALL_USER_FIRST
#define URGENT   25 /* above the kernel's own work */
#define PAGE     0x20000000u

static struct actor actor, other, third;
static uint32_t door;
static char order[8];
static volatile uint32_t at;

static void
note(char c)
{
    order[at++ % (sizeof(order) - 1)] = c;
}

static uint32_t
door_new(void)
{
    return door_create(CALL_MACHINE, false, 0).value;
}

/* As actor_start(), at a priority. */
static void
start_at(struct actor *a, uint32_t priority, void (*act)(void *))
{
    actor_start(a, DESCRIPTOR_ROOT, act);
    thread_priority(a->thread, priority, CALL_MACHINE);
}

/* A while in which all others run. */
static void
sleep(uint32_t milliseconds)
{
    static uint32_t nobody;

    if (!nobody)
        nobody = door_new();
    receive(nobody, NULL, 0, milliseconds);
}

/* --- A call that sets the caller's own priority, and is made again when its page has come. */

static void
lowers_itself(void *argument)
{
    struct actor *a = argument;

    a->r = send(CALL_THREAD_PRIORITY, a->thread, (void *)PAGE, call_sizes(8, 8, 0));
    a->done = true;
    for (;;)
        yield();
}

static void
again(void)
{
    static struct fault_message fault;
    struct thread_view view;

    process_manager(DESCRIPTOR_ROOT, door, 0, 0);
    actor_start(&actor, DESCRIPTOR_ROOT, lowers_itself);
    report("fault", "%x", receive(door, &fault, sizeof(fault), 0).function);
    memory_map(DESCRIPTOR_ROOT, PAGE, 1, MEMORY_WRITABLE);
    *(struct thread_priority *)PAGE = (struct thread_priority){PRIORITY_DEFAULT - 1, 0};
    reply(0, NULL, 0);
    sleep(10);
    thread_stop(actor.thread);
    sleep(10);
    thread_read(actor.thread, &view);
    report("again", "%x %u %u", actor.r.error, view.state, view.priority);
}

/* --- A process that is finished between its manager's death and the last of what is to be done for it. */

static void
fill(uint32_t process, uint32_t count)
{
    uint32_t word = descriptor_word(CALL_MACHINE, RIGHT_READ, 0);

    while (count-- > 0)
        process_give(process, &word, 1);
}

/* A process with threads that never run, and a manager. */
static uint32_t
managed(uint32_t manager, uint32_t threads)
{
    uint32_t process = process_create().value;

    process_manager(process, manager, 0, 0);
    while (threads-- > 0)
        process_thread(process);
    return process;
}

/* The frames that were freed get other contents. */
static void
use_frames(void)
{
    for (uint32_t i = 0; i < 16; i++)
        memory_map(DESCRIPTOR_ROOT, PAGE + i * 4096, 1, MEMORY_WRITABLE);
    for (uint32_t i = 0; i < 16; i++)
        memory_unmap(DESCRIPTOR_ROOT, PAGE + i * 4096, 1);
}

/* The manager dies in the kernel's piece of work `piece` for its owner. */
static void
end_in_piece(uint32_t piece)
{
    uint32_t manager = door_new(), told = door_new(), owner = process_create().value;
    uint32_t first = managed(manager, 1), second = managed(told, 1), thread = process_thread(first).value;
    uint32_t word = descriptor_word(manager, RIGHTS_ALL, DESCRIPTOR_MOVE);
    struct ended ended;

    thread_delete(thread);
    descriptor_close(thread);
    fill(owner, 16 * piece);
    process_give(owner, &word, 1);
    process_delete(owner);
    process_delete(first);
    process_delete(second);
    while (receive(told, &ended, sizeof(ended), 0).function != MESSAGE_PROCESS_ENDED)
        continue;
    use_frames();
    descriptor_close(told);
}

static void
ends_managed(void *argument)
{
    for (uint32_t piece = 5; piece < 25; piece++)
        end_in_piece(piece);
    ((struct actor *)argument)->done = true;
}

static void
ended(void)
{
    start_at(&actor, URGENT, ends_managed);
    sleep(100);
    report("ended", "%u", actor.done);
}

/* --- More threads wait for a message than are woken in one piece, and are above the kernel's work. */

#define HERD 20
static struct actor herd[HERD];

static void
waits(void *argument)
{
    const struct wait_list list = {0, {door}};

    (void)argument;
    for (;;) {
        wait(&list, 1);
        receive(door, NULL, 0, 0);
        reply(0, NULL, 0);
    }
}

static void
wake_herd(void)
{
    for (unsigned i = 0; i < HERD; i++)
        start_at(&herd[i], URGENT, waits);
    sleep(10);
    report("herd", "%x", send(FUNCTION, descriptor_duplicate(door, RIGHTS_ALL, 0).value, NULL, 0).error);
}

/* --- A server of low priority, when it works for nobody more urgent any more. */

static void
x(void *unused)
{
    (void)unused;
    note('x');
}

/* A thread between the server and its caller, not started. */
static void
prepare_x(void)
{
    struct registers r = {.eax = (uint32_t)&third.act, .eip = (uint32_t)thread_entry, .esp = (uint32_t)&third.act};

    third.act = x;
    third.thread = process_thread(DESCRIPTOR_ROOT).value;
    thread_write(third.thread, &r);
    thread_priority(third.thread, 15, CALL_MACHINE);
}

static void
serves_gone(void *unused)
{
    (void)unused;
    receive(door, NULL, 0, 0);
    thread_delete(other.thread);
    actor.word[0] = reply(0, NULL, 0).error;
    thread_run(third.thread);
    note('s');
}

static void
serves_later(void *unused)
{
    (void)unused;
    receive(door, NULL, 0, 0);
    thread_run(third.thread);
    actor.word[0] = park(0).error;
    note('s');
}

static void
serves_gone_twice(void *unused)
{
    (void)unused;
    receive(door, NULL, 0, 0);
    thread_delete(other.thread);
    descriptor_close(descriptor_duplicate(door, RIGHTS_ALL, 0).value);
    actor.word[0] = reply_receive(0, NULL, 0).function;
    thread_run(third.thread);
    note('s');
}

static void
server(const char *name, void (*act)(void *))
{
    prepare_x();
    start_at(&actor, 10, act);
    sleep(10);
    other.function = FUNCTION;
    other.door = door;
    start_at(&other, 20, actor_call);
    sleep(10);
    report(name, "%x %s", actor.word[0], order);
    memset(order, at = 0, sizeof(order));
}

static void
priorities(void)
{
    server("gone", serves_gone);
    server("park", serves_later);
    door = door_new();
    server("event", serves_gone_twice);
}

/* --- Nobody gets a thread that is above their own. */

static void
makes_threads(void *argument)
{
    struct actor *a = argument;
    struct thread_view view;

    thread_read(process_thread(DESCRIPTOR_ROOT).value, &view);
    a->word[0] = view.priority;
    thread_start(x, NULL, other.stack, sizeof(other.stack));
    note('s');
}

static void
new_threads(void)
{
    start_at(&actor, 5, makes_threads);
    sleep(20);
    report("new", "%u %s", actor.word[0], order);
}

/* --- A server whose door is dead, while the kernel has had no time yet to tell those who wait there. */

static void
serves_dead(void *argument)
{
    struct actor *a = argument;
    struct message m;

    receive(door, NULL, 0, 0);
    descriptor_close(door);
    a->word[0] = door_new() == door;
    m = reply_receive(0, NULL, 0);
    a->word[1] = m.function;
    a->word[2] = m.cookie;
    reply(0, NULL, 0);
}

static void
dead(void)
{
    start_at(&actor, URGENT, serves_dead);
    sleep(10);
    other.function = FUNCTION;
    other.door = descriptor_duplicate(door, RIGHTS_ALL, 0).value;
    start_at(&other, URGENT, actor_call);
    sleep(10);
    report("send", "%x", send(FUNCTION, door, NULL, 0).error);
    report("dead", "%u %x %x", actor.word[0], actor.word[1], actor.word[2]);
}

/* --- A call with a time limit that becomes one of a sandbox's. */

static void
waits_long(void *argument)
{
    struct actor *a = argument;
    const struct wait_list list = {20, {a->door}};
    uint32_t start;

    wait(&list, 1);
    start = clock_milliseconds();
    receive(door, NULL, 0, 40);
    a->word[0] = clock_milliseconds() - start;
    a->done = true;
}

static void
limit(void)
{
    uint32_t system = door_new();
    struct fault_message trap;

    actor.door = door_new();
    actor_start(&actor, DESCRIPTOR_ROOT, waits_long);
    sleep(5);
    thread_stop(actor.thread);
    descriptor_close(descriptor_duplicate(actor.door, RIGHTS_ALL, 0).value);
    sleep(5);
    report("sandbox", "%x", thread_sandbox(actor.thread, system, 0).error);
    thread_run(actor.thread);
    report("trap", "%x", receive(system, &trap, sizeof(trap), 0).function);
    sleep(40);
    reply(0, NULL, 0);
    thread_sandbox(actor.thread, 0, 0);
    sleep(60);
    report("limit", "%u %u", actor.done, actor.word[0] >= 40);
}

/* --- Threads that are stopped, and that nobody can start any more. */

static void
unreachable(void)
{
    uint32_t before = frames_free(), process = process_create().value, thread = process_thread(process).value;

    descriptor_close(process);
    descriptor_close(thread);
    sleep(10);
    report("closed", "%u", frames_free() == before);

    actor.function = FUNCTION;
    actor.door = door_new();
    actor_start(&actor, DESCRIPTOR_ROOT, actor_call);
    sleep(5);
    thread_stop(actor.thread);
    descriptor_close(actor.thread);
    receive(actor.door, NULL, 0, 0);
    reply(0, NULL, 0);
    sleep(5);
    report("served", "%u", actor.done);
}

int
main(const struct boot_info *info)
{
    static const struct {
        const char *name;
        void (*act)(void);
    } acts[] = {{"again", again}, {"ended", ended}, {"herd", wake_herd}, {"priorities", priorities},
                {"new", new_threads}, {"dead", dead}, {"limit", limit},
                {"unreachable", unreachable}};

    door = door_new();
    for (unsigned i = 0; i < sizeof(acts) / sizeof(*acts); i++)
        if (strcmp(test_argument(info), acts[i].name) == 0)
            acts[i].act();
    report_end();
}
