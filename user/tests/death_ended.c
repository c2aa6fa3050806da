/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the manager of a process hears of its end; and how long it takes to take down
 * a large one, and a door with many callers.
 */
#include "actor.h"

#define FUNCTION CALL_USER_FIRST
#define COOKIE   (challenge.param[0])

#define THREADS     300
#define CALLERS     1000
#define DESCRIPTORS 3000
#define AT_ONCE     250 /* descriptors in one call */

static uint32_t door;
static struct ended buffer __attribute__((aligned(16)));
static uint32_t words[AT_ONCE];
static struct actor actor[4];

/* A thread that is in the process, and does nothing; its number. */
static uint32_t
add_thread(uint32_t process, struct actor *a)
{
    struct thread_view view;

    a->thread = process_thread(process).value;
    thread_read(a->thread, &view);
    return view.number;
}

/* Receives, and tells the thread by its place among the actors' numbers. */
static void
hear(const char *name, const uint32_t *numbers)
{
    struct message m;
    uint32_t last = 0;

    do {
        buffer = (struct ended){-1, -1, -1};
        m = receive(door, &buffer, sizeof(buffer), 0);
    } while (m.function == MESSAGE_UNREF);
    while (last < 4 && numbers[last] != buffer.last)
        last++;
    report(name, "%x %x %x %x %x %u", m.function, m.cookie, m.sizes, buffer.threads, buffer.left, last);
}

/* Does the door have nothing to tell but UNREF?  A call of one's own comes first then. */
static void
report_quiet(const char *name, uint32_t door)
{
    struct message m;

    actor_sends(&actor[0], DESCRIPTOR_ROOT, FUNCTION, door, 16, 4);
    settle();
    do {
        m = receive(door, words, sizeof(words), 0);
    } while (m.function == MESSAGE_UNREF);
    report(name, "%x", m.function);
    reply(0, NULL, 0);
    settle();
}

static void
small(void)
{
    uint32_t process, number[4], free = frames_free();

    process = process_create().value;
    report_result("manager", process_manager(process, door, RIGHTS_ALL, COOKIE));
    for (int i = 0; i < 4; i++)
        number[i] = add_thread(process, &actor[i]);
    thread_delete(actor[2].thread);
    hear("first", number);
    report_result("reply", reply(0, NULL, 0));
    thread_delete(actor[1].thread);
    thread_delete(actor[0].thread);
    report("short", "%x %x", -1, receive(door, &buffer, sizeof(buffer) - 1, 0).cookie);
    hear("merged", number);
    thread_delete(actor[3].thread);
    hear("last", number);
    for (int i = 0; i < 4; i++)
        descriptor_close(actor[i].thread);
    descriptor_close(process);
    report("small.frames", "%u", free - frames_free());
}

/* Its manager hears only of the end if it takes its time; and whoever is the manager then. */
static void
deleted(void)
{
    uint32_t process = process_create().value, number[4] = {0}, other = door_create(CALL_MACHINE, false, 0).value;

    process_manager(process, other, RIGHTS_ALL, 0);
    for (int i = 0; i < 3; i++)
        number[i] = add_thread(process, &actor[i]);
    thread_delete(actor[0].thread);
    process_manager(process, door, RIGHTS_ALL, COOKIE + 1);
    report_quiet("other", other);
    thread_delete(actor[1].thread);
    process_delete(process);
    hear("deleted", number);
    report_quiet("nothing", door);
}

/* The manager's door dies with a message that nobody has received, and with it what the message is about. */
static void
untold(void)
{
    uint32_t process, free, manager = door_create(CALL_MACHINE, false, 0).value;

    free = frames_free();
    process = process_create().value;
    process_manager(process, manager, RIGHTS_ALL, 0);
    process_delete(process);
    descriptor_close(manager);
    report("untold.frames", "%x", free - frames_free());
}

/* Threads that end by themselves, or by a fault. */
static void
faults(void *argument)
{
    (void)argument;
    __asm__ volatile("ud2");
}

static void
by_themselves(void)
{
    uint32_t process = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value, number[4] = {0};

    process_manager(process, door, RIGHTS_ALL, COOKIE + 2);
    process_manager(process, 0, 0, 0);
    actor_start(&actor[0], process, faults);
    actor_start(&actor[1], process, (void (*)(void *))thread_exit);
    settle();
    report_quiet("unmanaged", door);
    process = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
    process_manager(process, door, RIGHTS_ALL, COOKIE + 3);
    actor_start(&actor[2], process, (void (*)(void *))thread_exit);
    hear("exit", number);
}

/* --- Large ones, and the clock meanwhile. */

static uint64_t cycles;
static uint32_t clock;

static void
start_clock(void)
{
    uint32_t now = clock_milliseconds();

    while ((clock = clock_milliseconds()) == now)
        continue;
    cycles = rdtsc();
}

/* Milliseconds by the clock; and of the processor's time, 1,024 cycles each. */
static void
report_clock(const char *name)
{
    uint32_t passed = (rdtsc() - cycles) >> 10;

    report(name, "%u %u", clock_milliseconds() - clock, passed);
}

/* Calls, with the registers that it was given. */
void caller(void);
__asm__("caller: int $0x40\n"
        "        jmp caller\n");

/* A thread of the process that calls `number`, is ready at a low priority, or stopped. */
static void
add_one(uint32_t process, uint32_t number, uint32_t kind)
{
    struct registers r = {.eax = FUNCTION, .ebx = number, .eip = (uint32_t)caller};
    uint32_t thread = process_thread(process).value;

    thread_write(thread, &r);
    thread_priority(thread, kind ? 1 : PRIORITY_DEFAULT, CALL_MACHINE);
    if (kind < 2)
        thread_run(thread);
    descriptor_close(thread);
}

/* A process with all this, and memory; how many kinds of threads it has is told. */
static uint32_t
large(uint32_t to_door, uint32_t threads, uint32_t kinds)
{
    uint32_t process = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value, number = 0;

    for (int i = 0; i < AT_ONCE; i++)
        words[i] = descriptor_word(to_door, RIGHTS_ALL, 0);
    for (int i = 0; i < DESCRIPTORS / AT_ONCE; i++)
        number = process_give(process, words, AT_ONCE).value;
    for (int i = 0; i < 4; i++)
        memory_map(process, 0x20000000 + i * 0x40000, MEMORY_PAGES_MAX, MEMORY_WRITABLE);
    for (int i = 0; i < 40; i++) /* far from each other */
        memory_map(process, 0x403ff000 + i * 0x400000, 1, MEMORY_WRITABLE);
    for (uint32_t i = 0; i < threads; i++)
        add_one(process, number, i % kinds);
    settle();
    return process;
}

static void
take_down(void)
{
    uint32_t number[4] = {0}, free, process, to_door = descriptor_duplicate(door, RIGHTS_ALL, 0).value;

    settle();
    free = frames_free();
    process = large(to_door, THREADS, 3);
    process_manager(process, door, RIGHTS_ALL, COOKIE + 4);
    start_clock();
    process_delete(process);
    report_clock("clock.process");
    hear("large", number);
    report("large.frames", "%u", free - frames_free());
    descriptor_close(process);
    report_quiet("large.quiet", door);
}

/* A door where all of them call. */
static void
close_crowded(void)
{
    uint32_t to_door = descriptor_duplicate(door, RIGHTS_ALL, 0).value, process = large(to_door, CALLERS, 1);

    start_clock();
    descriptor_close(door);
    report_clock("clock.door");
    process_delete(process);
}

int
main(const struct boot_info *info)
{
    (void)info;
    door = door_create(CALL_MACHINE, false, 0).value;
    small();
    deleted();
    untold();
    by_themselves();
    take_down();
    close_crowded();
    report_end();
}
