/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plays what the second module has written down: steps of several threads, in this
 * process and in others with the same program.  One step begins after the other, and
 * before the next all threads have had time for what it made them do; so a call that
 * has not come back by then waits.  What came of which step, and when, is reported.
 */
#include "door.h"
#include "peer.h"
#include "test.h"

#define THREADS 24 /* the first is that of main(), which waits for nothing */
#define STEPS   1000
#define WORDS   256
#define STACK   2048
#define TURNS   12
#define PAGE    4096u

/* Each process has memory of its own here; the last page can only be read, and none is behind it. */
#define AREA       0x20000000u
#define AREA_PAGES 16
#define TAKEN      0x40000000u /* here the root process takes what is left */

enum kind { BY_INT, BY_SYSENTER, WRITE, FILL, PEEK, HASH, PROCESS, THREAD, TAKE };

/* A number, and added to it the value that a step before has given, unless `step` is 0. */
struct word {
    uint32_t number, step;
};

struct step {
    uint32_t thread, kind;
    struct word argument[4];
    uint32_t count;
    struct word words[];
};

struct outcome {
    uint32_t value, error, buffer, sizes;
};

/* What a thread has to do, or has done.  All processes have this memory in common. */
static struct place {
    volatile enum { IDLE, ORDERED, DONE } state;
    uint32_t number, kind, argument[4], count;
    uint32_t words[WORDS];
    struct outcome outcome;
} places[THREADS];

static char stacks[THREADS][STACK] __attribute__((aligned(16)));
static uint32_t values[STEPS]; /* that steps have given */

void thread_entry(void); /* user/lib/crt0.asm */

static struct outcome
call(const uint32_t *argument, bool sysenter)
{
    struct outcome r = {argument[0], argument[1], argument[2], argument[3]};

    if (sysenter)
        __asm__ volatile("mov %%esp, %%ecx\n\t"
                         "mov $1f, %%edx\n\t"
                         "sysenter\n"
                         "1:"
                         : "+a"(r.value), "+b"(r.error), "+S"(r.buffer), "+D"(r.sizes)
                         :
                         : "ecx", "edx", "memory", "cc");
    else
        __asm__ volatile("int %4"
                         : "+a"(r.value), "+b"(r.error), "+S"(r.buffer), "+D"(r.sizes)
                         : "i"(CALL_VECTOR)
                         : "memory", "cc");
    return r;
}

/* Numbers that look random; `x` decides which. */
static void
fill(uint32_t *at, uint32_t count, uint32_t x)
{
    while (count--)
        *at++ = x = x * 1664525 + 1013904223;
}

/* FNV-1a, by words. */
static uint32_t
hash(const uint32_t *at, uint32_t count)
{
    uint32_t h = 2166136261u;

    while (count--)
        h = (h ^ *at++) * 16777619;
    return h;
}

static void
map_area(uint32_t process)
{
    memory_map(process, AREA, AREA_PAGES, MEMORY_WRITABLE);
    memory_protect(process, AREA + (AREA_PAGES - 1) * PAGE, 1, 0);
}

static uint32_t
new_process(void)
{
    uint32_t process = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;

    map_area(process);
    return process;
}

static void work(void *place);

/* A thread for that place.  Value: its descriptor. */
static uint32_t
new_thread(uint32_t number, uint32_t process)
{
    uint32_t thread = process_thread(process).value, *start = (uint32_t *)stacks[number + 1] - 4;
    struct registers registers = {.eip = (uint32_t)thread_entry, .esp = (uint32_t)start, .eax = (uint32_t)start};

    start[0] = (uint32_t)work;
    start[1] = (uint32_t)&places[number];
    places[number].state = IDLE;
    thread_write(thread, &registers);
    thread_run(thread);
    return thread;
}

/* All free memory but some frames.  Value: the address behind it. */
static uint32_t
take(uint32_t left)
{
    uint32_t at = TAKEN;

    while (frames_free() > left && !memory_map(DESCRIPTOR_ROOT, at, 1, 0).error)
        at += PAGE;
    return at;
}

static struct outcome
act(const struct place *p)
{
    const uint32_t *a = p->argument;

    switch (p->kind) {
    case WRITE:
        memcpy((void *)a[0], p->words, p->count * sizeof(*p->words));
        return (struct outcome){0};
    case FILL:
        fill((uint32_t *)a[0], a[1], a[2]);
        return (struct outcome){0};
    case PEEK:
        return (struct outcome){.value = *(volatile uint32_t *)a[0] & a[1], .error = *(volatile uint32_t *)a[0]};
    case HASH:
        return (struct outcome){.value = hash((const uint32_t *)a[0], a[1])};
    case PROCESS:
        return (struct outcome){.value = new_process()};
    case THREAD:
        return (struct outcome){.value = new_thread(a[0], a[1])};
    case TAKE:
        return (struct outcome){.value = take(a[0])};
    default:
        return call(a, p->kind == BY_SYSENTER);
    }
}

static void
perform(struct place *p)
{
    p->outcome = act(p);
    p->state = DONE;
}

static void
work(void *place)
{
    struct place *p = place;

    for (;;) {
        while (p->state != ORDERED)
            yield();
        perform(p);
    }
}

static uint32_t
number_of(struct word word)
{
    return word.number + values[word.step];
}

/* Step `number` begins; not if its thread is still at another one. */
static void
begin(const struct step *step, uint32_t number)
{
    struct place *p = &places[step->thread];

    if (p->state != IDLE) {
        report("busy", "%u", number);
        return;
    }
    p->number = number;
    p->kind = step->kind;
    for (unsigned i = 0; i < 4; i++)
        p->argument[i] = number_of(step->argument[i]);
    p->count = step->count;
    for (uint32_t i = 0; i < p->count; i++)
        p->words[i] = number_of(step->words[i]);
    p->state = ORDERED;
    if (p == places)
        perform(p);
}

/* Reports what has been done by the end of step `now`. */
static void
tell(uint32_t now)
{
    for (struct place *p = places; p < places + THREADS; p++) {
        const struct outcome *o = &p->outcome;

        if (p->state != DONE)
            continue;
        p->state = IDLE;
        values[p->number] = o->value;
        report("done", "%u %u %x %x %x %x", now, p->number, o->value, o->error, o->buffer, o->sizes);
    }
}

int
main(const struct boot_info *info)
{
    const struct step *step = info->module[1].data;
    const char *end = (const char *)step + info->module[1].size;

    map_area(DESCRIPTOR_ROOT);
    for (uint32_t number = 1; (const char *)step < end; number++) {
        begin(step, number);
        for (unsigned i = 0; i < TURNS; i++)
            yield();
        tell(number);
        step = (const struct step *)&step->words[step->count];
    }
    report_end();
}
