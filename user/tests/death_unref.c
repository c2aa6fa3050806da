/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the owner of a door hears when nobody else has a descriptor of it any more.
 */
#include "actor.h"

#define FUNCTION CALL_USER_FIRST
#define COOKIE   (challenge.param[0])

static uint32_t door, client_door;
static uint32_t buffer[4];
static struct actor caller, other;

/*
 * What the owner finds at its door: the kernel's messages, up to a call of its own
 * through the owner's descriptor, which does not count.
 */
static void
look_at_door(const char *name)
{
    struct message m;
    uint32_t events = 0, cookie = 0;

    actor_sends(&caller, DESCRIPTOR_ROOT, FUNCTION, door, 16, 4);
    settle();
    while ((m = receive(door, buffer, sizeof(buffer), 0)).function < CALL_MANAGER_FIRST)
        if (m.function == MESSAGE_UNREF) {
            events++;
            cookie = m.cookie;
        }
    reply(0, NULL, 0);
    settle();
    report(name, "%u %x %x", events, cookie, m.function);
}

static uint32_t
new_client(void)
{
    return descriptor_duplicate(door, RIGHTS_ALL, 0x777).value;
}

static uint32_t
give(uint32_t process, uint32_t number, uint32_t flags)
{
    uint32_t word = descriptor_word(number, RIGHTS_ALL, flags);

    return process_give(process, &word, 1).error;
}

/* --- Descriptors of the owner's own. */

static void
closed(void)
{
    uint32_t one = new_client(), two = descriptor_duplicate(one, RIGHTS_ALL, 0).value;

    look_at_door("none");
    descriptor_close(one);
    look_at_door("one-left");
    descriptor_close(two);
    look_at_door("closed");
    look_at_door("told-once");
}

static void
merged(void)
{
    descriptor_close(new_client());
    descriptor_close(new_client());
    descriptor_close(new_client());
    look_at_door("merged");
}

/* Nobody is to hear what is not true any more. */
static void
new_again(void)
{
    uint32_t one;

    descriptor_close(new_client());
    one = new_client();
    look_at_door("new-again");
    descriptor_close(one);
    look_at_door("closed-again");
}

/* --- Those of another process. */

static void
elsewhere(void)
{
    uint32_t process = process_create().value;

    give(process, new_client(), DESCRIPTOR_MOVE);
    look_at_door("moved");
    process_delete(process);
    look_at_door("deleted");
    process = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
    client_door = new_client();
    give(process, client_door, 0);
    descriptor_close(client_door);
    look_at_door("copied");
    actor_start(&other, process, (void (*)(void *))thread_exit);
    settle();
    look_at_door("ended");
    descriptor_close(process);
}

/* The kernel's own descriptor, to tell a process's manager, is one like others. */
static void
managed(void)
{
    uint32_t process = process_create().value;

    descriptor_close(new_client());
    process_manager(process, door, RIGHTS_ALL, 0);
    look_at_door("managed");
    process_delete(process);
    look_at_door("unmanaged");
}

/* --- Who receives at the time has the message at once; and it wants no reply. */

static void
receives(void *argument)
{
    struct actor *a = argument;
    struct message m = receive(door, a->word, sizeof(a->word), 0);

    a->r = (struct reply){m.function, m.cookie, m.sizes};
    a->done = true;
}

static void
while_receiving(void)
{
    uint32_t one = new_client();

    actor_start(&other, DESCRIPTOR_ROOT, receives);
    settle();
    report("receiving.before", "%u", other.done);
    descriptor_close(one);
    settle();
    report("receiving", "%u %x %x %x", other.done, other.r.value, other.r.error, other.r.sizes);
    descriptor_close(new_client());
    receive(door, buffer, sizeof(buffer), 0);
    report_result("no-reply", reply(0, NULL, 0));
}

/* A call is under way through the last descriptor while it is closed. */
static void
under_way(void)
{
    struct message m;

    client_door = new_client();
    actor_sends(&other, DESCRIPTOR_ROOT, FUNCTION, client_door, 16, 4);
    m = receive(door, buffer, sizeof(buffer), 0);
    descriptor_close(client_door);
    reply(0, NULL, 0);
    settle();
    report("under-way", "%x %u %x", m.function, other.done, other.r.error);
    look_at_door("after-call");
}

int
main(const struct boot_info *info)
{
    (void)info;
    door = door_create(CALL_MACHINE, false, COOKIE).value;
    closed();
    merged();
    new_again();
    elsewhere();
    managed();
    while_receiving();
    under_way();
    report_end();
}
