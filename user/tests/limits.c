/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a process manager asks of the kernel: bounds, whole processes stopped and run, looks from outside.
 */
#include "actor.h"
#include "limit.h"

#define DESCRIPTORS 300 /* more than DESCRIPTORS_STEP */

static struct actor actor, other;
static uint32_t process, own, nobody;
static volatile uint32_t passed;
static volatile bool over;

static uint32_t threads[8], count; /* of the process, which never run */

static uint32_t
new_thread(void)
{
    struct result r = process_thread(process);

    if (!r.error)
        threads[count++] = r.value;
    return r.error;
}

static void
sleep(uint32_t milliseconds)
{
    receive(nobody, NULL, 0, milliseconds);
}

static void
works(void *argument)
{
    (void)argument;
    while (!over) {
        passed++;
        yield();
    }
    thread_exit();
}

/* Does anybody in the process go on? */
static bool
goes_on(void)
{
    uint32_t before = passed;

    sleep(5);
    return passed != before;
}

/* With a thread that nobody has a descriptor of. */
static void
stop_and_run(void)
{
    uint32_t error;
    bool went, stopped;

    actor_start(&actor, process, works);
    descriptor_close(actor.thread);
    went = goes_on();
    error = process_stop(process).error;
    report("stop", "%x %x", error, process_stop(process).error);
    stopped = !goes_on();
    error = process_run(process).error;
    report("run", "%x %x", error, process_run(process).error);
    report("went", "%u %u %u", went, stopped, goes_on());
}

/* A thread that stops its own process: the call has been made when it goes on. */
static void
stops_itself(void *argument)
{
    (void)argument;
    process_stop(own);
    passed = 1000;
    thread_exit();
}

static void
stop_oneself(void)
{
    uint32_t word = descriptor_word(process, RIGHTS_ALL, 0);

    over = true;
    sleep(5);
    own = process_give(process, &word, 1).value;
    passed = 1;
    actor_start(&other, process, stops_itself);
    sleep(5);
    report("itself", "%u", passed);
    process_run(process);
    sleep(5);
    report("after", "%u", passed);
}

static void
bounds(void)
{
    uint32_t word = descriptor_word(nobody, RIGHT_READ, 0), given = 0, error;

    process_limit(process, 2, DESCRIPTORS_STEP, false);
    error = new_thread();
    report("threads", "%x %x", error, new_thread());
    do
        error = process_give(process, &word, 1).error;
    while (!error && ++given < DESCRIPTORS);
    report("descriptors", "%x %u", error, given < DESCRIPTORS_STEP);
    process_limit(process, 0, 0, true);
    error = new_thread();
    report("unbounded", "%x %x", error, process_give(process, &word, 1).error);
}

static void
looks(void)
{
    struct process_counts counts;
    struct process_descriptor found;
    struct door_counts door;

    process_counts(process, &counts);
    report("counts", "%u %u", counts.threads, counts.descriptors);
    process_descriptor(process, 0, &found);
    report("descriptor", "%u %u %x", found.number, found.look.kind, found.look.rights);
    report("behind", "%x", process_descriptor(process, 100000, &found).error);
    door_counts(nobody, &door);
    report("door", "%u %u %u %u", door.waiting, door.served, door.receivers, door.dead);
    report("no-door", "%x", door_counts(process, &door).error);
}

int
main(const struct boot_info *info)
{
    uint32_t before;

    (void)info;
    nobody = door_create(CALL_MACHINE, false, 0).value;
    before = frames_free();
    process = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
    new_thread(); /* which keeps it */
    stop_and_run();
    stop_oneself();
    looks();
    bounds();
    process_delete(process);
    descriptor_close(other.thread);
    while (count > 0)
        descriptor_close(threads[--count]);
    sleep(20);
    report("left", "%d", (int)(before - frames_free()));
    report_end();
}
