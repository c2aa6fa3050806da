/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads of the manager's that call servers and wait for them.  A worker asks the manager's own thread for work by a
 * message, as any client would; with the next such message it tells that it is done.  All that the manager knows
 * is looked at and changed by its own thread only, so there is nothing to lock.
 */
#include "vm.h"

#include "call.h"

#define STACK 2048

static struct worker {
    struct job job;
    bool working;
    uint32_t reply; /* to its question, while it waits for work; or 0 */
    uint32_t door;
    uint8_t stack[STACK] __attribute__((aligned(16)));
} workers[WORKERS];

static uint32_t quiet; /* a door where nothing ever comes */

/* --- The threads. */

/* Sends the job's message, and waits for the reply. */
static void
work(struct job *job)
{
    uint32_t message[4], size = job->count * sizeof(uint32_t);
    struct reply r;

    for (uint32_t i = 0; i < job->count; i++)
        message[i] = job->words[i];
    r = send(job->function, job->door, message, call_sizes(sizeof(message), size, 0));
    job->result = (struct result){r.value, r.error};
}

static void
worker(void *argument)
{
    struct worker *w = argument;
    uint32_t nothing;

    while (!send(WORK_NEXT, w->door, &nothing, call_sizes(sizeof(nothing), 0, 0)).error)
        work(&w->job);
}

void
work_start(void)
{
    quiet = door_create(CALL_MACHINE, false, 0).value;
    for (uint32_t i = 0; i < WORKERS; i++) {
        workers[i].door = descriptor_duplicate(manager_door, RIGHTS, COOKIE_WORKER << COOKIE_KIND | i).value;
        workers[i].job.first = i % (WORKERS / 2) * CLUSTER;
        thread_start(worker, &workers[i], workers[i].stack, STACK);
    }
}

/* --- The manager's thread. */

static enum work
kind_of(const struct worker *w)
{
    return w - workers < WORKERS / 2 ? WORK_SWAP : WORK_FILE;
}

static void
start(struct worker *w)
{
    uint32_t reply = w->reply;

    w->reply = 0;
    w->working = true;
    answer(reply, NULL, call_sizes(0, 0, 0));
}

void
work_go(void)
{
    for (struct worker *w = workers; w < workers + WORKERS; w++)
        if (w->reply && (kind_of(w) == WORK_SWAP ? swap_next(&w->job) : cache_next(&w->job)))
            start(w);
}

/* The job is to wait, for so many milliseconds. */
void
work_wait(struct job *job, uint32_t milliseconds)
{
    job->door = 0;
    job->function = CALL_WAIT;
    job->words[0] = milliseconds;
    job->words[1] = quiet;
    job->count = 2;
}

bool
work_busy(enum work kind)
{
    for (struct worker *w = workers; w < workers + WORKERS; w++)
        if (w->working && kind_of(w) == kind)
            return true;
    return false;
}

/* WORK_NEXT: the job is done; the reply comes when there is another one. */
uint32_t
work_next(struct request *r)
{
    struct worker *w = &workers[r->m.cookie % WORKERS];
    bool done = w->working;

    request_end(r);
    w->working = false;
    w->reply = park(r->m.cookie).value;
    if (done)
        w->job.done(&w->job);
    work_go();
    memory_check();
    return NO_REPLY;
}
