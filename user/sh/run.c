/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running what was parsed.
 *
 * In a pipeline all programs are started first; then the builtins in it run, one after the other, in the shell itself.  They
 * read nothing, so what comes to them by a pipe finds nobody there.
 */
#include "here.h"
#include "interrupt.h"
#include "job.h"
#include "pipes.h"
#include "program.h"
#include "ready.h"
#include "shell.h"
#include "sys/error.h"
#include "variables.h"

#include "abi/pm.h"

/* A pipeline that is about to run. */
struct start {
    struct pool pool;
    struct job *job;
    struct ready *builtins, **end;
    struct ready *last; /* the last command, if it is a builtin */
    uint32_t status;    /* of the last command, if it is no program that was started */
};

static uint32_t
assign(const struct word *assignments)
{
    for (const struct word *w = assignments; w; w = w->next) {
        size_t length = name_length(w->text);

        if (!variable_set(w->text, length, w->text + length + 1)) {
            wrong(NULL, NO_MEMORY);
            return 1;
        }
    }
    environment_update();
    return 0;
}

static void
start_program(struct start *s, struct ready *r)
{
    char **environment = variables_environment(&s->pool, r->assignments);
    struct started started;

    if (!environment) {
        wrong(NULL, NO_MEMORY);
        return;
    }
    program_start(&s->pool, r->argv, environment, &r->streams, &started);
    s->status = started.status;
    s->job->last = started.child;
    if (started.child)
        job_add(s->job, started.child, started.path);
}

/* Builtins are only remembered. */
static void
start_ready(struct start *s, struct ready *r)
{
    r->builtin = r->argv[0] ? builtin_find(r->argv[0]) : NULL;
    if (r->argv[0] && !r->builtin) {
        start_program(s, r);
        streams_close(&r->streams);
        return;
    }
    streams_set(&r->streams, 0, 0, false);
    *s->end = r;
    s->end = &r->next;
    s->last = r;
}

/* Complaints about a command go where its errors go. */
static void
start_command(struct start *s, const struct command *c, struct ready *r)
{
    struct stream *before = shell.errors, errors;
    bool is_ready;

    s->last = NULL;
    s->job->last = 0;
    s->status = 1;
    is_ready = ready_get(&s->pool, c, r);
    stream_use(&errors, r->streams.fd[2]);
    shell.errors = &errors;
    if (is_ready)
        start_ready(s, r);
    else
        streams_close(&r->streams);
    shell.errors = before;
}

/* Each command's input is the end of a pipe to the one before.  NULL, or what is wrong. */
static const char *
start_commands(struct start *s, const struct command *c, bool background)
{
    struct streams streams = {{background ? 0 : shell.in, FD_OUT, FD_ERROR}, {false}};

    for (; c; c = c->next) {
        struct ready *r = pool_new(&s->pool, sizeof(*r));
        uint32_t read_end = 0, error = r ? 0 : ERR_MEMORY;

        if (!error && c->next)
            error = pipe_between(&read_end, &streams.fd[1]);
        if (error) {
            streams_close(&streams);
            return error_text(error);
        }
        streams.owned[1] = c->next;
        r->streams = streams;
        start_command(s, c, r);
        streams = (struct streams){{read_end, FD_OUT, FD_ERROR}, {c->next}};
    }
    return NULL;
}

static uint32_t
run_builtin(struct ready *r)
{
    struct stream *before = shell.errors, out, errors;
    uint32_t status = assign(r->assignments);

    stream_use(&out, r->streams.fd[1]);
    stream_use(&errors, r->streams.fd[2]);
    shell.errors = &errors;
    if (r->builtin && !status)
        status = r->builtin->run(&out, r->argv);
    flush(&out);
    shell.errors = before;
    streams_close(&r->streams);
    return status;
}

static void
run_builtins(struct start *s)
{
    for (struct ready *r = s->builtins; r; r = r->next) {
        uint32_t status = run_builtin(r);

        if (r == s->last)
            s->status = status;
    }
}

/* Waits for the job, or goes on if it may: then what it is is said. */
static uint32_t
finish(struct job *job, bool background)
{
    if (!background || job->count == 0)
        return job_wait(job);
    job_leave(job);
    if (shell.interactive)
        printf("[%u] %s\n", job->number, job->text);
    return 0;
}

static bool
is_too_long(const struct command *c)
{
    uint32_t count = 0;

    for (; c; c = c->next)
        count++;
    return count > JOB_MEMBERS;
}

static uint32_t
run_pipeline(const struct command *commands, bool background, const char *text)
{
    struct start s = {.job = job_new(text, !background), .end = &s.builtins};
    const char *why = !s.job ? NO_MEMORY : is_too_long(commands) ? "too many commands in one pipeline" : NULL;

    if (!why)
        why = start_commands(&s, commands, background);
    if (why)
        wrong(NULL, why);
    run_builtins(&s);
    pool_free(&s.pool);
    if (!s.job)
        return 1;
    if (!s.job->last)
        s.job->status = why ? 1 : s.status;
    return finish(s.job, background);
}

/* Several pipelines in the background are a shell's work; it knows the variables that are exported. */
static uint32_t
run_apart(const char *text)
{
    struct start s = {.job = job_new(text, false)};
    struct streams streams = {{0, FD_OUT, FD_ERROR}, {false}};
    char **argv = s.job ? pool_new(&s.pool, (parameters.count + 5) * sizeof(*argv)) : NULL;
    struct ready r = {.argv = argv, .streams = streams};

    if (argv) {
        memcpy(argv, (char *[]){SHELL_PATH, "-c", (char *)text, (char *)parameters.name}, 4 * sizeof(*argv));
        memcpy(argv + 4, parameters.values, parameters.count * sizeof(*argv));
        start_program(&s, &r);
    } else {
        wrong(NULL, NO_MEMORY);
    }
    pool_free(&s.pool);
    return s.job ? finish(s.job, true) : 1;
}

static void
run_list(const struct list *list)
{
    if (list->background && list->pipelines->next) {
        parameters.status = run_apart(list->text);
        return;
    }
    for (const struct pipeline *p = list->pipelines; p && !shell.leave && !interrupted(); p = p->next)
        if (p->when == ALWAYS || (p->when == IF_GOOD) == (parameters.status == 0))
            parameters.status = run_pipeline(p->commands, list->background, list->text);
}

void
run_lists(const struct list *lists)
{
    for (; lists && !shell.leave && !interrupted(); lists = lists->next) {
        here_check();
        run_list(lists);
        pipes_look();
        if (!shell.interactive)
            jobs_look();
    }
    if (interrupted())
        parameters.status = STATUS_KILLED;
}
