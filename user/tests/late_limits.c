/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that do not wait for ever, with limits that the challenge decides: how long
 * each took by the kernel's clock.
 */
#include "actor.h"

#define CALLS    8
#define SLEEPERS 10
#define ENDED    1 /* the sleeper that is ended meanwhile */
#define FUNCTION CALL_USER_FIRST
#define LOW      10 /* a priority below the others' */

static uint32_t door, quiet; /* nobody sends to the second one */
static struct actor sleeper[SLEEPERS], other;

/* A call with a limit, and how it went. */
struct timed {
    uint32_t limit, start, end;
    struct result r;
};

static struct timed slept[SLEEPERS];

/* Some are so long that the kernel's wheel goes round more than once. */
static uint32_t
limit(uint32_t i)
{
    return 1 + challenge.param[i % 16] % (i % 4 == 3 ? 600 : 60);
}

static struct timed
receive_for(uint32_t at, uint32_t limit)
{
    struct timed t = {.limit = limit, .start = clock_milliseconds()};
    uint32_t buffer[4];
    struct message m = receive(at, buffer, sizeof(buffer), limit);

    t.r = (struct result){m.function, m.cookie};
    t.end = clock_milliseconds();
    return t;
}

static struct timed
wait_for(uint32_t limit)
{
    struct timed t = {.limit = limit, .start = clock_milliseconds()};
    struct wait_list list = {limit, {door, quiet}};

    t.r = wait(&list, 2);
    t.end = clock_milliseconds();
    return t;
}

static void
report_timed(const char *name, struct timed t)
{
    report(name, "%u %u %x %x", t.limit, t.end - t.start, t.r.value, t.r.error);
}

static void
sleep(uint32_t milliseconds)
{
    receive_for(quiet, milliseconds);
}

/* --- One after the other, and many at once. */

static void
alone(void)
{
    for (uint32_t i = 0; i < CALLS; i++)
        report_timed("receive", receive_for(door, limit(i)));
    for (uint32_t i = 0; i < CALLS / 2; i++)
        report_timed("wait", wait_for(limit(i + CALLS)));
}

static void
sleeps(void *argument)
{
    struct actor *a = argument;
    uint32_t i = a - sleeper;

    slept[i] = receive_for(quiet, i == ENDED ? 400 : limit(i));
    a->done = true;
}

static void
together(void)
{
    for (uint32_t i = 0; i < SLEEPERS; i++)
        actor_start(&sleeper[i], DESCRIPTOR_ROOT, sleeps);
    settle();
    thread_delete(sleeper[ENDED].thread);
    sleep(700);
    for (uint32_t i = 0; i < SLEEPERS; i++)
        if (i != ENDED)
            report_timed("together", slept[i]);
    report("together.done", "%x", actors_done(sleeper, SLEEPERS));
}

/* --- What comes in time. */

/* Two calls: one soon, and one long after the limit of who received the first. */
static void
calls_twice(void *argument)
{
    struct actor *a = argument;

    sleep(20);
    a->r = send(FUNCTION, door, a->word, call_sizes(16, 4, 0));
    sleep(200);
    a->r = send(FUNCTION + 8, door, a->word, call_sizes(16, 4, 0));
    a->done = true;
}

static void
in_time(void)
{
    struct message m;
    uint32_t buffer[4];

    actor_start(&other, DESCRIPTOR_ROOT, calls_twice);
    report_result("came", receive_for(door, 100).r);
    m = reply_receive(0, buffer, call_sizes(sizeof(buffer), 0, 0));
    report("later", "%x %x", m.function, m.cookie);
    reply(0, NULL, 0);
    settle();
    report_timed("after", receive_for(door, 50));
    actor_start(&other, DESCRIPTOR_ROOT, calls_twice);
    report("longest", "%u", wait_for(-1).r.value == door);
    report_result("there", receive_for(door, 1).r);
    m = reply_receive(0, buffer, call_sizes(sizeof(buffer), 0, 0));
    report("there.later", "%x %x", m.function, m.cookie);
    reply(0, NULL, 0);
    settle();
}

/* --- Its time is over as it was told at first, whatever came in between. */

static void
waits(void *argument)
{
    struct actor *a = argument;

    slept[0] = wait_for(150);
    a->done = true;
}

/* Each call wakes the thread that waits, which finds nothing left: it has a low priority. */
static void
disturbed(void)
{
    actor_start(&sleeper[0], DESCRIPTOR_ROOT, waits);
    settle();
    thread_priority(sleeper[0].thread, LOW, CALL_MACHINE);
    for (int i = 0; i < 3; i++) {
        sleep(30);
        actor_sends(&other, DESCRIPTOR_ROOT, FUNCTION, door, 16, 4);
        receive_for(door, 0);
        reply(0, NULL, 0);
    }
    sleep(400);
    report_timed("disturbed", slept[0]);
}

int
main(const struct boot_info *info)
{
    (void)info;
    door = door_create(CALL_MACHINE, false, 0).value;
    quiet = door_create(CALL_MACHINE, false, 0).value;
    alone();
    together();
    in_time();
    disturbed();
    report_end();
}
