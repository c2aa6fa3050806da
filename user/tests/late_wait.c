/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting for several doors: which of them CALL_WAIT tells, in what order, and what
 * CALL_WOULDBLOCK thinks of them.
 */
#include "actor.h"

#define DOORS  WAIT_MAX
#define BUSY   4  /* doors that are called all the time, each by two clients */
#define ROUNDS 40

#define FUNCTION CALL_USER_FIRST

static uint32_t door[DOORS];
static uint32_t buffer[4];
static struct actor client[2 * BUSY], waiter[2];

/* Waits for the first `count` doors; answers with the number of the one that it is told, DOORS if none. */
static uint32_t
wait_first(uint32_t count, uint32_t limit)
{
    struct wait_list list = {.limit = limit};
    uint32_t told, i = 0;

    memcpy(list.door, door, sizeof(door));
    told = wait(&list, count).value;
    while (i < DOORS && door[i] != told)
        i++;
    return i;
}

static void
serve(uint32_t i)
{
    receive(door[i], buffer, sizeof(buffer), 0);
    reply(0, NULL, 0);
}

/* --- One message, at a door that the challenge chooses. */

static void
calls_later(void *argument)
{
    struct actor *a = argument;

    receive(door[DOORS - 1], buffer, sizeof(buffer), 30);
    actor_call(a);
}

static void
report_one(uint32_t n)
{
    uint32_t at = challenge.param[n] % (DOORS - 1), before = would_block(door[at]).value;

    client[0].function = FUNCTION;
    client[0].door = door[at];
    client[0].sizes = 0;
    actor_start(&client[0], DESCRIPTOR_ROOT, n % 2 ? calls_later : actor_call);
    if (n % 2 == 0)
        settle();
    report("one", "%u %u", at, wait_first(DOORS - n % 2, 0));
    report("stays", "%u %u %u", wait_first(DOORS, 0) == at, before, would_block(door[at]).value);
    serve(at);
    settle();
    report("served", "%u %u", client[0].done, would_block(door[at]).value);
}

/* --- Several doors that always have something. */

static volatile bool over;

static void
calls_always(void *argument)
{
    struct actor *a = argument;

    while (!over)
        a->r = send(FUNCTION, a->door, NULL, 0);
    a->done = true;
}

static uint32_t
busy_door(uint32_t i)
{
    return (challenge.param[8] + i * 3) % DOORS;
}

static void
start_busy(void)
{
    for (uint32_t i = 0; i < 2 * BUSY; i++) {
        client[i].door = door[busy_door(i / 2)];
        actor_start(&client[i], DESCRIPTOR_ROOT, calls_always);
    }
    settle();
}

/* Ends them: each is served once more. */
static void
stop_busy(void)
{
    over = true;
    while (actors_done(client, 2 * BUSY) != (1u << 2 * BUSY) - 1) {
        uint32_t at = wait_first(DOORS, 20);

        if (at < DOORS)
            serve(at);
        settle();
    }
}

/* The doors' numbers, in the order in which their turns came. */
static void
report_turns(void)
{
    char turns[ROUNDS + 1] = {0};

    start_busy();
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t at = wait_first(DOORS, 0);

        turns[i] = at < DOORS ? 'a' + at : '?';
        serve(at % DOORS);
        settle();
    }
    report("busy", "%c%c%c%c", 'a' + busy_door(0), 'a' + busy_door(1), 'a' + busy_door(2), 'a' + busy_door(3));
    report("turns", "%s", turns);
    stop_busy();
}

/* --- Two threads wait for one door: each gets a message. */

/* Both may hear of one message: who comes too late waits again. */
static void
waits_and_serves(void *argument)
{
    struct actor *a = argument;
    struct wait_list list = {0, {door[3], door[5]}};

    while (receive(wait(&list, 2).value, a->word, sizeof(a->word), 1).function == CALL_INVALID)
        continue;
    reply(0, NULL, 0);
    a->done = true;
}

static void
call_one(uint32_t i, uint32_t door)
{
    uint32_t start = clock_milliseconds();

    actor_sends(&client[i], DESCRIPTOR_ROOT, FUNCTION, door, 0, 0);
    while (!client[i].done && clock_milliseconds() - start < 200)
        yield();
    settle();
}

static void
report_two(void)
{
    for (int i = 0; i < 2; i++)
        actor_start(&waiter[i], DESCRIPTOR_ROOT, waits_and_serves);
    settle();
    call_one(0, door[3]);
    report("two.first", "%u %u", client[0].done, waiter[0].done + waiter[1].done);
    call_one(1, door[5]);
    report("two.second", "%u %u", client[1].done, waiter[0].done + waiter[1].done);
}

/* One that waits is ended: the doors forget it. */
static void
report_ended(void)
{
    actor_start(&waiter[0], DESCRIPTOR_ROOT, waits_and_serves);
    settle();
    thread_delete(waiter[0].thread);
    actor_sends(&client[0], DESCRIPTOR_ROOT, FUNCTION, door[3], 0, 0);
    settle();
    report("ended", "%u", wait_first(DOORS, 0));
    serve(3);
    settle();
}

/* Two wait, and one of them ends after the message has come, and before it runs: the other one gets it. */
static void
report_left(void)
{
    for (int i = 0; i < 2; i++) {
        actor_start(&waiter[i], DESCRIPTOR_ROOT, waits_and_serves);
        settle();
        thread_priority(waiter[i].thread, 1, CALL_MACHINE);
    }
    actor_sends(&client[0], DESCRIPTOR_ROOT, FUNCTION, door[3], 0, 0);
    while (would_block(door[3]).value)
        yield();
    thread_delete(waiter[0].thread);
    receive(door[DOORS - 1], buffer, sizeof(buffer), 20);
    report("left", "%u %u %u", client[0].done, waiter[0].done, waiter[1].done);
}

/* --- What is no list of doors. */

static struct result
wait_sized(uint32_t size, uint32_t first)
{
    struct {
        struct wait_list list;
        uint32_t more;
    } m = {.list = {.limit = 1}};

    memcpy(m.list.door, door, sizeof(door));
    m.list.door[0] = first;
    return kernel_call(CALL_WAIT, CALL_SELF, &m, size);
}

static void
report_bad(void)
{
    uint32_t other = descriptor_duplicate(door[0], RIGHTS_ALL, 0).value;

    report_result("bad.0", wait_sized(0, door[0]));
    report_result("bad.4", wait_sized(4, door[0]));
    report_result("bad.9", wait_sized(9, door[0]));
    report_result("bad.72", wait_sized(72, door[0]));
    report_result("bad.number", wait_sized(8, 0x7777));
    report_result("bad.machine", wait_sized(8, CALL_MACHINE));
    report_result("bad.right", wait_sized(68, other));
    report_result("bad.last", wait_sized(8, door[0]));
    report_result("block.number", would_block(0x7777));
    report_result("block.machine", would_block(CALL_MACHINE));
    report_result("block.right", would_block(other));
}

int
main(const struct boot_info *info)
{
    (void)info;
    for (int i = 0; i < DOORS; i++)
        door[i] = door_create(CALL_MACHINE, false, 0).value;
    for (uint32_t n = 0; n < 6; n++)
        report_one(n);
    report_turns();
    report_two();
    report_ended();
    report_left();
    report_bad();
    report_end();
}
