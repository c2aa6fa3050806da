/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A few threads that give the processor away and note when they have it.
 */
#include "test.h"

#define THREADS 5
#define ROUNDS  4
#define STACK   2048

static char stacks[THREADS][STACK] __attribute__((aligned(16)));
static char order[THREADS * ROUNDS + 1];
static volatile unsigned length, ended;

static void
thread(void *name)
{
    for (int i = 0; i < ROUNDS; i++) {
        order[length++] = (char)(uint32_t)name;
        yield();
    }
    ended++;
}

int
main(const struct boot_info *info)
{
    (void)info;
    call_by_sysenter = false;
    for (uint32_t i = 0; i < THREADS; i++) {
        char name = 'a' + (challenge.param[i] % 4) * THREADS + i;

        report("name", "%c", name);
        report_result("created", thread_start(thread, (void *)(uint32_t)name, stacks[i], STACK));
    }
    for (int i = 0; i < 2 * THREADS * ROUNDS && ended < THREADS; i++)
        yield();
    report("order", "%s", order);
    report("ended", "%u", ended);
    report_end();
}
