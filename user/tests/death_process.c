/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Servers that end with calls open, a thread or the whole process; and callers that end
 * before they have their reply.
 */
#include "actor.h"

#define FUNCTION CALL_USER_FIRST
#define HOLD     (CALL_USER_FIRST + 8)  /* is never replied to */
#define END      (CALL_USER_FIRST + 16) /* ends its server's thread */
#define BACK     (CALL_USER_FIRST + 24) /* asks for the owner's descriptor of the other door */
#define ROOM     16
#define CALLERS  4

static uint32_t house, guest; /* processes */
static uint32_t houses_door, houses_other; /* in the house */
static uint32_t to_house, to_other, guests_to_house;
static uint32_t door, to_door, guests_to_door;
static uint32_t buffer[4];
static struct actor server[2], caller[CALLERS];

/* --- In the house. */

static void
serves(void *argument)
{
    struct actor *a = argument;
    struct message m = receive(houses_door, a->word, sizeof(a->word), 0);

    while (m.function != END) {
        while (m.function == HOLD)
            yield();
        a->word[0] += challenge.param[1];
        if (m.function == BACK)
            a->word[0] = descriptor_word(houses_other, RIGHTS_ALL, DESCRIPTOR_MOVE);
        m = reply_receive(0, a->word, m.function == BACK ? call_sizes(ROOM, 0, 1) : call_sizes(ROOM, 4, 0));
    }
}

static uint32_t
give(uint32_t process, uint32_t number, uint32_t flags)
{
    uint32_t word = descriptor_word(number, RIGHTS_ALL, flags);

    return process_give(process, &word, 1).value;
}

/* A thread that never runs keeps it from ending. */
static void
invite_guest(void)
{
    guest = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
    process_thread(guest);
}

/* A house with so many servers, and a guest process beside it. */
static void
build(uint32_t servers)
{
    uint32_t owner = door_create(CALL_MACHINE, false, 0).value, other = door_create(CALL_MACHINE, false, 0).value;

    house = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
    invite_guest();
    to_house = descriptor_duplicate(owner, RIGHTS_ALL, 0).value;
    to_other = descriptor_duplicate(other, RIGHTS_ALL, 0).value;
    houses_door = give(house, owner, DESCRIPTOR_MOVE);
    houses_other = give(house, other, DESCRIPTOR_MOVE);
    guests_to_house = give(guest, to_house, 0);
    for (uint32_t i = 0; i < servers; i++)
        actor_start(&server[i], house, serves);
    settle();
}

static void
start_call(struct actor *a, uint32_t process, uint32_t function, uint32_t door)
{
    a->word[0] = challenge.param[0];
    actor_sends(a, process, function, door, ROOM, 4);
    settle();
}

static void
report_call(const char *name, const struct actor *a)
{
    report(name, "%u %x %x", a->done, a->done ? a->r.value : 0, a->done ? a->r.error : 0);
}

/* How many of the first `count` callers wait for something. */
static uint32_t
waiting(uint32_t count)
{
    struct thread_view view;
    uint32_t n = 0;

    for (uint32_t i = 0; i < count; i++)
        n += thread_read(caller[i].thread, &view).error == 0 && view.state == THREAD_IS_WAITING;
    return n;
}

/* --- Servers end. */

static void
thread_ends(void)
{
    build(2);
    start_call(&caller[0], DESCRIPTOR_ROOT, HOLD, to_house);
    start_call(&caller[1], guest, FUNCTION, guests_to_house);
    report_call("thread.other", &caller[1]);
    report_call("thread.before", &caller[0]);
    thread_delete(server[0].thread);
    report("thread.at-once", "%u", waiting(1));
    settle();
    report_call("thread.served", &caller[0]);
    start_call(&caller[1], guest, FUNCTION, guests_to_house);
    report_call("thread.still", &caller[1]);
    start_call(&caller[2], DESCRIPTOR_ROOT, END, to_house);
    report_call("last.served", &caller[2]);
    start_call(&caller[1], guest, FUNCTION, guests_to_house);
    report_call("last.later", &caller[1]);
    process_delete(house);
    process_delete(guest);
}

/* The house has threads that serve, and some that call themselves. */
static void
process_ends(void)
{
    build(1);
    start_call(&caller[0], guest, HOLD, guests_to_house);
    start_call(&caller[1], DESCRIPTOR_ROOT, FUNCTION, to_house);
    start_call(&caller[2], guest, FUNCTION, guests_to_house);
    report("process.before", "%u", waiting(3));
    process_delete(house);
    report("process.at-once", "%u", waiting(3));
    settle();
    for (int i = 0; i < 3; i++)
        report_call("process.call", &caller[i]);
    start_call(&caller[3], guest, FUNCTION, guests_to_house);
    report_call("process.later", &caller[3]);
    process_delete(guest);
}

/* A door that went to another process does not die with its first owner. */
static void
door_is_saved(void)
{
    uint32_t saved;

    build(1);
    send(BACK, to_house, buffer, call_sizes(ROOM, 0, 0));
    saved = buffer[0] & DESCRIPTOR_NUMBER;
    process_delete(house);
    start_call(&caller[0], DESCRIPTOR_ROOT, FUNCTION, to_other);
    report("saved", "%u %x", caller[0].done, receive(saved, buffer, sizeof(buffer), 0).function);
    report_result("saved.reply", reply(0, buffer, call_sizes(ROOM, 4, 0)));
    settle();
    report_call("saved.call", &caller[0]);
    process_delete(guest);
}

/* --- Callers end: the root process serves. */

static void
call_root(uint32_t i, uint32_t process)
{
    start_call(&caller[i], process, FUNCTION + 8 * i, process == guest ? guests_to_door : to_door);
}

static void
callers_in_line(void)
{
    for (uint32_t i = 0; i < 4; i++)
        call_root(i, i == 2 ? guest : DESCRIPTOR_ROOT);
    thread_delete(caller[1].thread);
    process_delete(guest);
    report("line", "%x", receive(door, buffer, sizeof(buffer), 0).function);
    report("line", "%x", reply_receive(0, buffer, call_sizes(sizeof(buffer), 0, 0)).function);
    report_result("line.reply", reply(0, NULL, 0));
    settle();
    report("line.done", "%x", actors_done(caller, 4));
}

static void
callers_served(void)
{
    invite_guest();
    guests_to_door = give(guest, to_door, 0);
    call_root(0, DESCRIPTOR_ROOT);
    receive(door, buffer, sizeof(buffer), 0);
    thread_delete(caller[0].thread);
    report_result("served.reply", reply(0, NULL, 0));
    report_result("served.again", reply(0, NULL, 0));
    call_root(1, guest);
    receive(door, buffer, sizeof(buffer), 0);
    process_delete(guest);
    report_result("served.error", reply_error(5));
    call_root(2, DESCRIPTOR_ROOT);
    receive(door, buffer, sizeof(buffer), 0);
    thread_delete(caller[2].thread);
    call_root(3, DESCRIPTOR_ROOT);
    report("served.next", "%x", reply_receive(0, buffer, call_sizes(sizeof(buffer), 0, 0)).function);
    reply(0, NULL, 0);
    settle();
    report_call("served.last", &caller[3]);
}

int
main(const struct boot_info *info)
{
    (void)info;
    thread_ends();
    process_ends();
    door_is_saved();
    door = door_create(CALL_MACHINE, false, 0).value;
    to_door = descriptor_duplicate(door, RIGHTS_ALL, 0).value;
    invite_guest();
    guests_to_door = give(guest, to_door, 0);
    callers_in_line();
    callers_served();
    report_end();
}
