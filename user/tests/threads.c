/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many threads, one after the other and all at once.
 */
#include "test.h"

#define IN_A_ROW 200
#define AT_ONCE  100
#define STACK    1024

static char stacks[AT_ONCE][STACK] __attribute__((aligned(16)));
static volatile uint32_t ran, sum;
static volatile bool over;

static void
brief(void *argument)
{
    sum += (uint32_t)argument;
    ran++;
}

static void
patient(void *argument)
{
    while (!over)
        yield();
    brief(argument);
}

/* Does nothing until `count` threads have ended: false if they never do. */
static bool
wait_for(uint32_t count)
{
    for (int i = 0; i < 10000 && ran < count; i++)
        yield();
    yield();
    return ran == count;
}

static void
one_after_the_other(void)
{
    uint32_t failed = 0, wanted = 0, last = 0, not_new = 0;

    for (uint32_t i = 0; i < IN_A_ROW; i++) {
        struct result r = thread_start(brief, (void *)(challenge.param[i % 16] + i), stacks[0], STACK);

        wanted += challenge.param[i % 16] + i;
        failed += r.error != 0;
        not_new += r.value <= last;
        last = r.value;
        if (!wait_for(i + 1))
            break;
    }
    report("row", "%u %u %u %u", ran, failed, not_new, sum == wanted);
}

static void
all_at_once(void)
{
    uint32_t created = 0;
    struct result r;

    ran = 0;
    for (uint32_t i = 0; i < AT_ONCE; i++) {
        r = thread_start(patient, NULL, stacks[i], STACK);
        if (r.error)
            break;
        created++;
    }
    report("full", "%u %x", created, r.error);
    over = true;
    report("released", "%u", wait_for(created));
    r = thread_start(brief, NULL, stacks[0], STACK);
    report("again", "%x %u", r.error, wait_for(created + 1));
}

int
main(const struct boot_info *info)
{
    (void)info;
    call_by_sysenter = false;
    one_after_the_other();
    all_at_once();
    report_end();
}
