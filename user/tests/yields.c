/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A few threads and the root thread, which is `-`, give the processor away and
 * note when they have it: the first thread once, the next one twice, and so on.
 * When they have ended, as many again.
 */
#include "test.h"

#define THREADS 5
#define TURNS   40 /* of the root thread, at most */
#define STACK   2048

static char stacks[THREADS][STACK] __attribute__((aligned(16)));
static char names[THREADS], order[THREADS * THREADS + TURNS + 1];
static volatile unsigned length, ended;

static void
thread(void *argument)
{
    uint32_t number = (uint32_t)argument;

    for (uint32_t i = 0; i <= number; i++) {
        order[length++] = names[number];
        yield();
    }
    ended++;
}

static void
start_all(void)
{
    for (uint32_t i = 0; i < THREADS; i++) {
        names[i] = 'a' + (challenge.param[i] % 4) * THREADS + i;
        report("name", "%c", names[i]);
        report_result("created", thread_start(thread, (void *)i, stacks[i], STACK));
    }
}

static void
take_turns(void)
{
    length = ended = 0;
    start_all();
    for (int i = 0; i < TURNS && ended < THREADS; i++) {
        order[length++] = '-';
        yield();
    }
    order[length] = '\0';
    report("order", "%s", order);
    report("ended", "%u", ended);
}

int
main(const struct boot_info *info)
{
    (void)info;
    call_by_sysenter = false;
    take_turns();
    take_turns();
    report_end();
}
