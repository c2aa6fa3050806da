/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults that nobody answers: without a manager, and when the manager dies with the
 * message in its hands.
 */
#include "actor.h"

#define ADDRESS(i) (0x20000000u + challenge.param[i] % 0x1000000)
#define FAULTS     3

static uint32_t process, door;
static uint32_t buffer[32];
static struct actor actor[FAULTS], alone, later;

static void
reads(void *argument)
{
    struct actor *a = argument;

    a->word[1] = *(volatile uint8_t *)a->word[0];
    a->done = true;
}

/* A thread that reads where nothing is; its number is told. */
static void
start(const char *name, struct actor *a, uint32_t address)
{
    struct thread_view view;

    a->word[0] = address;
    actor_start(a, process, reads);
    thread_read(a->thread, &view);
    report(name, "%u %x", view.number, address);
    settle();
}

static uint32_t
state(const struct actor *a)
{
    struct thread_view view;
    struct result r = thread_read(a->thread, &view);

    return r.error ? r.error : view.state;
}

static void
report_states(const char *name)
{
    report(name, "%x %x %x", state(&actor[0]), state(&actor[1]), state(&actor[2]));
}

int
main(const struct boot_info *info)
{
    (void)info;
    process = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
    process_thread(process);
    start("alone", &alone, ADDRESS(0));
    report("alone.ended", "%x", state(&alone));
    door = door_create(CALL_MACHINE, false, 0).value;
    process_manager(process, door, RIGHTS_ALL, 0);
    for (int i = 0; i < FAULTS; i++)
        start("fault", &actor[i], ADDRESS(i + 1));
    receive(door, buffer, sizeof(buffer), 0);
    report_states("before");
    descriptor_close(door);
    report_result("reply", reply(0, NULL, 0));
    settle();
    report_states("after");
    start("later", &later, ADDRESS(FAULTS + 1));
    report("later.ended", "%x", state(&later));
    report_end();
}
