/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jobs: see job.h.
 */
#include "job.h"

#include "memory.h"
#include "report.h"
#include "shell.h"
#include "sys/child.h"
#include "text.h"

static struct job *jobs; /* those that have numbers */

struct job *
job_new(const char *text, bool foreground)
{
    struct job *job = calloc(1, sizeof(*job));

    if (!job)
        return NULL;
    job->foreground = foreground;
    job->text = pool_text(&job->pool, text, strlen(text));
    if (job->text)
        return job;
    free(job);
    return NULL;
}

static void
forget(struct job *job)
{
    struct job **at = &jobs;

    while (*at && *at != job)
        at = &(*at)->next;
    if (*at)
        *at = job->next;
    pool_free(&job->pool);
    free(job);
}

void
job_add(struct job *job, uint32_t child, const char *path)
{
    const char *copy = pool_text(&job->pool, path, strlen(path));

    job->member[job->count++] = (struct member){{.child = child}, copy ? copy : ""};
    if (job->foreground)
        foreground_add(&job->member[job->count - 1].process);
}

/* Who was forgotten because of somebody else cannot be asked how it ended. */
static void
wait_for(struct job *job, struct member *m)
{
    struct process_view view;

    if (child_wait(m->process.child, &view).error)
        view = (struct process_view){.end = END_KILL, .name = "process"};
    if (view.end != END_KILL || !interrupted())
        report_process(m->path, &view);
    if (m->process.child == job->last)
        job->status = status_of(&view);
    foreground_remove(&m->process);
    descriptor_close(m->process.child);
    m->process.child = 0;
}

uint32_t
job_wait(struct job *job)
{
    uint32_t status;

    for (uint32_t i = 0; i < job->count; i++)
        if (!job->foreground && job->member[i].process.child)
            foreground_add(&job->member[i].process);
    job->foreground = true;
    for (uint32_t i = 0; i < job->count; i++)
        if (job->member[i].process.child)
            wait_for(job, &job->member[i]);
    status = job->status;
    forget(job);
    return status;
}

void
job_leave(struct job *job)
{
    struct job **at = &jobs;

    for (job->number = 1; *at; at = &(*at)->next)
        job->number = (*at)->number + 1;
    *at = job;
}

struct job *
job_find(uint32_t number)
{
    struct job *found = NULL;

    for (struct job *job = jobs; job; job = job->next)
        if (number == 0 || job->number == number)
            found = job;
    return found;
}

void
job_kill(struct job *job)
{
    for (uint32_t i = 0; i < job->count; i++)
        if (job->member[i].process.child)
            child_kill(job->member[i].process.child);
}

/* Asks those who have not ended yet whether they have. */
static bool
has_ended(struct job *job)
{
    struct process_view view;
    bool all = true;

    for (uint32_t i = 0; i < job->count; i++) {
        struct member *m = &job->member[i];

        if (!m->process.child)
            continue;
        if (child_status(m->process.child, &view).error || view.state == PROCESS_ENDED)
            wait_for(job, m);
        else
            all = false;
    }
    return all;
}

static void
say_ended(const struct job *job)
{
    if (job->status)
        fprintf(stdout, "[%u] ended with %u: %s\n", job->number, job->status, job->text);
    else
        fprintf(stdout, "[%u] done: %s\n", job->number, job->text);
}

void
jobs_look(void)
{
    struct job *job, *next;

    for (job = jobs; job; job = next) {
        next = job->next;
        if (!has_ended(job))
            continue;
        if (shell.interactive)
            say_ended(job);
        forget(job);
    }
}

void
jobs_show(struct stream *out)
{
    for (const struct job *job = jobs; job; job = job->next)
        fprintf(out, "[%u] %s\n", job->number, job->text);
}
