/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands that are parts of the shell: see builtin.h.
 */
#include "builtin.h"

#include "complete.h"
#include "here.h"
#include "history.h"
#include "job.h"
#include "shell.h"
#include "source.h"
#include "string.h"
#include "sys/child.h"
#include "sys/error.h"
#include "variables.h"

static uint32_t
failed(const char *what, const char *why)
{
    wrong(what, why);
    return 1;
}

static uint32_t
run_cd(struct stream *out, char **argv)
{
    const char *path = argv[1] ? argv[1] : variable_get("HOME", 4);
    uint32_t error = here_change(path ? path : "/");

    (void)out;
    return error ? failed(path ? path : "/", error_text(error)) : 0;
}

static uint32_t
run_pwd(struct stream *out, char **argv)
{
    (void)argv;
    fprintf(out, "%s\n", here_path());
    return 0;
}

/* The whole text has to be a number. */
static bool
number_of(const char *text, uint32_t *number)
{
    const char *end = parse_number(text, number);

    return end && !*end;
}

static uint32_t
run_exit(struct stream *out, char **argv)
{
    uint32_t status = parameters.status;

    (void)out;
    if (argv[1] && !number_of(argv[1], &status)) {
        wrong(argv[1], "not a number");
        status = STATUS_WRONG;
    }
    shell.leave = true;
    return status;
}

static uint32_t
export_one(const char *text)
{
    size_t length = name_length(text);

    if (length == 0 || (text[length] && text[length] != '='))
        return failed(text, "not a name");
    if ((text[length] && !variable_set(text, length, text + length + 1)) || !variable_export(text, length))
        return failed(NULL, NO_MEMORY);
    return 0;
}

static uint32_t
run_export(struct stream *out, char **argv)
{
    uint32_t status = 0;

    for (const struct variable *v = variables; v && !argv[1]; v = v->next)
        if (v->exported && v->value)
            fprintf(out, "%s=%s\n", v->name, v->value);
    for (uint32_t i = 1; argv[i]; i++)
        status |= export_one(argv[i]);
    environment_update();
    return status;
}

static uint32_t
run_unset(struct stream *out, char **argv)
{
    (void)out;
    for (uint32_t i = 1; argv[i]; i++)
        variable_unset(argv[i]);
    environment_update();
    return 0;
}

static uint32_t
run_history(struct stream *out, char **argv)
{
    uint32_t count = history_count();

    (void)argv;
    for (uint32_t back = count; back > 0; back--)
        if (history_line(back))
            fprintf(out, "%5u  %s\n", count - back + 1, history_line(back));
    return 0;
}

static uint32_t
run_jobs(struct stream *out, char **argv)
{
    (void)argv;
    jobs_look();
    jobs_show(out);
    return 0;
}

/* "%3"; without a word the last job; NULL, and something was said, if there is none. */
static struct job *
job_of(const char *word)
{
    uint32_t number = 0;
    struct job *job = NULL;

    if (!word || (number_of(word + (*word == '%'), &number) && number > 0))
        job = job_find(number);
    if (!job)
        wrong(word, "no such job");
    return job;
}

static uint32_t
run_fg(struct stream *out, char **argv)
{
    struct job *job = job_of(argv[1]);

    if (!job)
        return 1;
    fprintf(out, "%s\n", job->text);
    flush(out);
    return job_wait(job);
}

/* Ctrl-C ends what is waited for, as if it were in the foreground. */
static uint32_t
run_wait(struct stream *out, char **argv)
{
    uint32_t status = 0;
    struct job *job;

    (void)out;
    if (argv[1]) {
        job = job_of(argv[1]);
        return job ? job_wait(job) : STATUS_NOT_FOUND;
    }
    while (!interrupted() && (job = job_find(0)))
        status = job_wait(job);
    return status;
}

static uint32_t
kill_number(const char *text)
{
    uint32_t number;
    struct result process, r;

    if (!number_of(text, &number))
        return failed(text, "neither %JOB nor the number of a process");
    process = process_find(number);
    r = process.error ? process : child_kill(process.value);
    if (!process.error)
        descriptor_close(process.value);
    return r.error ? failed(text, error_text(r.error)) : 0;
}

static uint32_t
run_kill(struct stream *out, char **argv)
{
    uint32_t status = 0;

    (void)out;
    if (!argv[1])
        return failed("kill", "what?  %JOB, or the number of a process");
    for (uint32_t i = 1; argv[i]; i++) {
        struct job *job = *argv[i] == '%' ? job_of(argv[i]) : NULL;

        if (*argv[i] != '%')
            status |= kill_number(argv[i]);
        else if (job)
            job_kill(job);
        else
            status = 1;
    }
    return status;
}

static uint32_t
run_source(struct stream *out, char **argv)
{
    (void)out;
    if (!argv[1])
        return failed(".", "which file?");
    return source_file(argv[1]);
}

static const struct builtin builtins[] = {
    {".", run_source, "file", "runs the commands in a file in this shell"},
    {"cd", run_cd, "[path]", "goes to a directory; home without one"},
    {"exit", run_exit, "[status]", "ends the shell"},
    {"export", run_export, "[name[=value] ...]", "programs get them; without names: shows them"},
    {"fg", run_fg, "[%job]", "waits for a job, which Ctrl-C ends"},
    {"help", run_help, "[name]", "all commands, or one of them"},
    {"history", run_history, "", "the lines that were given"},
    {"jobs", run_jobs, "", "what runs in the background"},
    {"kill", run_kill, "%job|number ...", "ends jobs or processes"},
    {"pwd", run_pwd, "", "where one is"},
    {"unset", run_unset, "name ...", "variables go"},
    {"wait", run_wait, "[%job]", "waits for one job, or all"},
};

#define BUILTINS (sizeof(builtins) / sizeof(*builtins))

const struct builtin *
builtin_find(const char *name)
{
    for (uint32_t i = 0; i < BUILTINS; i++)
        if (strcmp(builtins[i].name, name) == 0)
            return &builtins[i];
    return NULL;
}

const struct builtin *
builtin_number(uint32_t index)
{
    return index < BUILTINS ? &builtins[index] : NULL;
}

const char *
builtin_name(uint32_t index)
{
    return index < BUILTINS ? builtins[index].name : NULL;
}
