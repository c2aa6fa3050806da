/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that never give the processor away.  Each fills its registers with
 * numbers of its own and looks, over and over, whether they are still there.
 */
#include "test.h"

#define THREADS 4
#define STACK   2048
#define RUN_MS  120

/* Where a thread says how many times it looked, and how often it was wrong. */
struct track {
    uint32_t pattern;
    volatile uint32_t looked, wrong;
};

static char stacks[THREADS][STACK] __attribute__((aligned(16)));
static struct track tracks[THREADS];

/* All registers but EBP (the track) and ESP hold a number made of the pattern. */
void preempt_spin(struct track *track) __attribute__((noreturn));
__asm__("preempt_spin:\n"
        "    mov 4(%esp), %ebp\n"
        "    mov (%ebp), %eax\n"
        "    lea 1(%eax), %ebx\n"
        "    lea 2(%eax), %ecx\n"
        "    lea 3(%eax), %edx\n"
        "    lea 4(%eax), %esi\n"
        "    lea 5(%eax), %edi\n"
        "1:  incl 4(%ebp)\n"
        "    cmp (%ebp), %eax\n"
        "    jne 2f\n"
        "    dec %ebx\n"
        "    cmp %eax, %ebx\n"
        "    jne 2f\n"
        "    inc %ebx\n"
        "    sub $2, %ecx\n"
        "    cmp %eax, %ecx\n"
        "    jne 2f\n"
        "    add $2, %ecx\n"
        "    sub $3, %edx\n"
        "    cmp %eax, %edx\n"
        "    jne 2f\n"
        "    add $3, %edx\n"
        "    sub $4, %esi\n"
        "    cmp %eax, %esi\n"
        "    jne 2f\n"
        "    add $4, %esi\n"
        "    sub $5, %edi\n"
        "    cmp %eax, %edi\n"
        "    jne 2f\n"
        "    add $5, %edi\n"
        "    jmp 1b\n"
        "2:  incl 8(%ebp)\n"
        "    jmp 2b\n");

void preempt_forever(void);
__asm__(".globl preempt_forever\n"
        "preempt_forever: jmp preempt_forever\n");

static void
thread(void *track)
{
    preempt_spin(track);
}

/*
 * Arguments: "int" or "sysenter", the root thread's way to ask for the time; or
 * "forever": without an end, for the grader to look at from outside.
 */
int
main(const struct boot_info *info)
{
    uint32_t start;

    call_by_sysenter = info->sysenter && strcmp(test_argument(info), "sysenter") == 0;
    for (uint32_t i = 0; i < THREADS; i++) {
        tracks[i].pattern = challenge.param[i];
        report_result("created", thread_start(thread, &tracks[i], stacks[i], STACK));
    }
    start = clock_milliseconds();
    while (clock_milliseconds() - start < RUN_MS)
        ;
    if (strcmp(test_argument(info), "forever") == 0)
        preempt_forever();
    for (uint32_t i = 0; i < THREADS; i++) {
        report("looked", "%u", tracks[i].looked);
        report("wrong", "%u", tracks[i].wrong);
    }
    report_end();
}
