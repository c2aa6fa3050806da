/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The owner closes its door, while threads call there, are served, parked, receive and
 * wait.
 */
#include "actor.h"

#define QUEUED   40 /* more than are told in one piece of the kernel's work */
#define WAITING  3
#define FUNCTION CALL_USER_FIRST

static uint32_t door, through, other;
static uint32_t buffer[4];
static struct actor queued[QUEUED], served, taken, parked, receiver[WAITING], waiter[WAITING];

/* How many of them wait for something. */
static uint32_t
waiting(const struct actor *actors, uint32_t count)
{
    struct thread_view view;
    uint32_t n = 0;

    for (uint32_t i = 0; i < count; i++)
        n += thread_read(actors[i].thread, &view).error == 0 && view.state == THREAD_IS_WAITING;
    return n;
}

/* How many are done, with this error. */
static uint32_t
failed(const struct actor *actors, uint32_t count, uint32_t error)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < count; i++)
        n += actors[i].done && actors[i].r.error == error;
    return n;
}

static void
start_call(struct actor *a)
{
    actor_sends(a, DESCRIPTOR_ROOT, FUNCTION, through, 16, 4);
}

/* Serves one call, and replies when its door is dead. */
static volatile bool dead;

static void
serves(void *argument)
{
    struct actor *a = argument;
    struct message m = receive(door, a->word, sizeof(a->word), 0);

    while (!dead)
        yield();
    m = reply_receive(0, a->word, call_sizes(sizeof(a->word), 4, 0));
    a->r = (struct reply){m.function, m.cookie, 0};
    a->done = true;
}

/* --- A door with callers. */

static void
crowd(void)
{
    dead = false;
    door = door_create(CALL_MACHINE, false, 0).value;
    through = descriptor_duplicate(door, RIGHTS_ALL, 0).value;
    actor_start(&taken, DESCRIPTOR_ROOT, serves);
    settle();
    start_call(&served);
    settle();
    start_call(&parked);
    receive(door, buffer, sizeof(buffer), 0);
}

static void
close_crowd(void)
{
    struct actor *all[] = {&served, &parked};
    uint32_t reply;

    crowd();
    reply = park(0).value;
    for (int i = 0; i < QUEUED; i++)
        start_call(&queued[i]);
    settle();
    report("before", "%u %u %u", waiting(queued, QUEUED), waiting(all[0], 1), waiting(all[1], 1));
    report_result("close", descriptor_close(door));
    report("at-once", "%u %u %u", waiting(queued, QUEUED), waiting(all[0], 1), waiting(all[1], 1));
    settle();
    report("dead", "%u %u %u", failed(queued, QUEUED, ERR_DEAD), failed(&served, 1, ERR_DEAD), failed(&parked, 1, ERR_DEAD));
    report_result("answer", answer(reply, NULL, 0));
    dead = true;
    settle();
    report("reply-receive", "%x %x", taken.r.value, taken.r.error);
}

static void
call_the_dead(void)
{
    struct look look = {0};
    struct reply r = send(FUNCTION, through, buffer, call_sizes(16, 4, 0));

    report("call", "%x %x", r.value, r.error);
    r = send(FUNCTION, door, buffer, call_sizes(16, 4, 0));
    report("call.closed", "%x %x", r.value, r.error);
    report("receive", "%x %x", -1, receive(door, buffer, sizeof(buffer), 0).cookie);
    descriptor_look(through, &look);
    report("look", "%u %x", look.kind, look.flags);
    report_result("let-go", descriptor_close(through));
    r = send(FUNCTION, through, buffer, call_sizes(16, 4, 0));
    report("call.nothing", "%x %x", r.value, r.error);
}

/* The message that main has received, and its door is gone. */
static void
reply_to_the_dead(void)
{
    crowd();
    descriptor_close(door);
    settle();
    report("unparked", "%u", failed(&parked, 1, ERR_DEAD));
    report_result("reply", reply(0, NULL, 0));
    report_result("reply.again", reply(0, NULL, 0));
    dead = true;
    settle();
}

/* --- A door where threads wait for callers. */

static void
receives(void *argument)
{
    struct actor *a = argument;
    struct message m = receive(door, a->word, sizeof(a->word), 0);

    a->r = (struct reply){m.function, m.cookie, 0};
    a->done = true;
}

static void
waits(void *argument)
{
    struct actor *a = argument;
    struct wait_list list = {5000, {other, door}};
    struct result r = wait(&list, 2);

    a->r = (struct reply){r.value, r.error, 0};
    a->done = true;
}

static void
close_waiting(void)
{
    door = door_create(CALL_MACHINE, false, 0).value;
    other = door_create(CALL_MACHINE, false, 0).value;
    for (int i = 0; i < WAITING; i++) {
        actor_start(&receiver[i], DESCRIPTOR_ROOT, receives);
        actor_start(&waiter[i], DESCRIPTOR_ROOT, waits);
    }
    settle();
    report("idle.before", "%u %u", waiting(receiver, WAITING), waiting(waiter, WAITING));
    descriptor_close(door);
    report("idle.at-once", "%u %u", waiting(receiver, WAITING), waiting(waiter, WAITING));
    settle();
    report("idle.dead", "%u %u", failed(receiver, WAITING, ERR_DEAD), failed(waiter, WAITING, ERR_DEAD));
}

/* --- A message of the kernel's is one like others for who waits. */

static void
wait_for_event(void)
{
    struct wait_list list = {100, {other, door}};
    struct message m;

    door = door_create(CALL_MACHINE, false, challenge.param[0]).value;
    through = descriptor_duplicate(door, RIGHTS_ALL, 0).value;
    report("event.before", "%u", would_block(door).value);
    descriptor_close(through);
    report("event.after", "%u", would_block(door).value);
    report("event.wait", "%u", wait(&list, 2).value == door);
    m = receive(door, NULL, 0, 100);
    report("event", "%x %x", m.function, m.cookie);
    report("event.taken", "%u", would_block(door).value);
    actor_start(&waiter[0], DESCRIPTOR_ROOT, waits);
    through = descriptor_duplicate(door, RIGHTS_ALL, 0).value;
    settle();
    descriptor_close(through);
    settle();
    report("event.woken", "%u %u", waiter[0].done, waiter[0].r.value == door);
    descriptor_close(door); /* with the event */
    descriptor_close(other);
}

/* Doors come and go with callers, and leave no memory taken. */
static void
many(void)
{
    uint32_t free = frames_free();

    for (uint32_t i = 0; i < 200; i++) {
        door = door_create(CALL_MACHINE, false, 0).value;
        through = descriptor_duplicate(door, RIGHTS_ALL, 0).value;
        start_call(&queued[0]);
        descriptor_close(i % 2 ? door : queued[0].thread);
        settle();
        descriptor_close(through);
        descriptor_close(i % 2 ? queued[0].thread : door);
        settle();
    }
    report("many", "%u", free - frames_free());
}

int
main(const struct boot_info *info)
{
    (void)info;
    close_crowd();
    call_the_dead();
    reply_to_the_dead();
    close_waiting();
    wait_for_event();
    many();
    report_end();
}
