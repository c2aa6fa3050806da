/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that compute in x87 and SSE registers side by side; and what a new
 * thread finds there after one that used them has ended.
 */
#include "test.h"

#define THREADS 3
#define STACK   4096
#define RUN_MS  100

struct track {
    uint32_t number;
    volatile uint32_t looked, wrong;
};

static char stacks[THREADS + 1][STACK] __attribute__((aligned(16)));
static struct track tracks[THREADS];
static volatile bool over;
static volatile uint32_t ended;
static struct {
    uint32_t control, mxcsr, xmm[4];
} fresh __attribute__((aligned(16)));

static void
load(uint32_t number)
{
    __asm__ volatile("fninit; fildl %0\n\t"
                     "movd %0, %%xmm0; movd %0, %%xmm7"
                     :
                     : "m"(number));
}

static bool
still_there(uint32_t number)
{
    uint32_t x87, xmm0, xmm7;

    __asm__ volatile("fistl %0; movd %%xmm0, %1; movd %%xmm7, %2" : "=m"(x87), "=m"(xmm0), "=m"(xmm7));
    return x87 == number && xmm0 == number && xmm7 == number;
}

static void
thread(void *argument)
{
    struct track *track = argument;

    load(track->number);
    while (!over) {
        track->looked++;
        track->wrong += !still_there(track->number);
    }
    ended++;
}

/* It ends as the owner of the registers; the thread that gets its slot must not see them. */
static void
brief(void *argument)
{
    load((uint32_t)argument);
    ended++;
}

static void
look(void *argument)
{
    uint16_t control;

    (void)argument;
    __asm__ volatile("fnstcw %0; stmxcsr %1; movups %%xmm7, %2" : "=m"(control), "=m"(fresh.mxcsr), "=m"(fresh.xmm));
    fresh.control = control;
    ended++;
}

static void
wait_until(uint32_t milliseconds)
{
    while (clock_milliseconds() < milliseconds)
        ;
}

int
main(const struct boot_info *info)
{
    uint32_t start = clock_milliseconds();

    (void)info;
    call_by_sysenter = false;
    for (uint32_t i = 0; i < THREADS; i++) {
        tracks[i].number = challenge.param[i] >> 1;
        thread_start(thread, &tracks[i], stacks[i], STACK);
    }
    wait_until(start + RUN_MS);
    over = true;
    wait_until(start + 2 * RUN_MS);
    thread_start(brief, (void *)challenge.param[0], stacks[THREADS], STACK);
    wait_until(start + 3 * RUN_MS);
    thread_start(look, NULL, stacks[THREADS], STACK);
    wait_until(start + 4 * RUN_MS);
    for (uint32_t i = 0; i < THREADS; i++)
        report("track", "%u %u", tracks[i].looked != 0, tracks[i].wrong);
    report("fresh", "%x %x %x %x", fresh.control, fresh.mxcsr, fresh.xmm[0], fresh.xmm[3]);
    report("ended", "%u", ended);
    report_end();
}
