/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first program.  It starts what /etc/boot lists, starts again what ends and should not, and is told
 * when a process ends that nobody else waits for.
 */
#include "archive.h"
#include "service.h"

#include "sys/error.h"
#include "sys/manager.h"
#include "sys/program.h"
#include "text.h"

void
say(const char *format, ...)
{
    char line[160];
    uint32_t at = snprintf(line, sizeof(line), "init: ");
    va_list arguments;

    va_start(arguments, format);
    at += vsnprintf(line + at, sizeof(line) - at - 1, format, arguments);
    va_end(arguments);
    if (at > sizeof(line) - 2)
        at = sizeof(line) - 2;
    line[at++] = '\n';
    console_write(line, at);
}

static void
read_boot_file(void)
{
    struct tar_member file;

    if (archive_open() && archive_find("etc/boot", &file))
        services_read(file.data, file.size);
    else
        say("the archive has no /etc/boot");
}

/* It has ended DEATHS times in a short time: more of it is of no use. */
static void
remember_death(struct service *s)
{
    uint32_t now = clock_milliseconds(), *oldest = &s->died[s->deaths % DEATHS];

    s->given_up = s->deaths >= DEATHS - 1 && now - s->died[(s->deaths + 1) % DEATHS] < DEATHS_TIME;
    *oldest = now;
    s->deaths++;
    if (s->given_up)
        say("%s ended %u times in a moment, and is not started again", s->argv[0], DEATHS);
}

static bool
is_wanted(const struct service *s)
{
    return s->number == 0 && !s->given_up && (s->restart || s->deaths == 0);
}

/* Not to have started is to have ended. */
static void
start(struct service *s)
{
    uint32_t error = service_start(s);

    if (!error)
        return;
    say("%s cannot be started: %s", s->argv[0], error_text(error));
    remember_death(s);
}

/* In the order of the file: who needs another's door comes after it. */
static void
start_missing(void)
{
    for (uint32_t i = 0; i < service_count; i++)
        if (is_wanted(&services[i]))
            start(&services[i]);
}

static void
tell_end(const struct process_view *view)
{
    if (view->end == END_FAULT)
        say("%s ended: exception %u at %08x, address %08x", view->name, view->fault.vector, view->fault.registers.eip,
            view->fault.address);
    // SINCE swap
    else if (view->end == END_MEMORY || view->end == END_LOST)
        say("%s was ended: %s", view->name, view->end == END_LOST ? "the disk failed" : "memory was full");
    // END swap
    else if (view->end == END_KILL)
        say("%s was ended", view->name);
    else
        say("%s ended with status %u", view->name, view->status);
}

/* Somebody has left a shell: as often as they like. */
static bool
is_over(const struct service *s, const struct process_view *view)
{
    return s->kind == SHELL && view->end == END_EXIT && view->status == 0;
}

static void
ended(const struct process_view *view)
{
    for (uint32_t i = 0; i < service_count; i++) {
        struct service *s = &services[i];

        if (s->number != view->number)
            continue;
        s->number = 0;
        // SINCE swap
        if (s->kind == SERVER && view->end == END_EXIT && view->status == 0) {
            s->given_up = true; /* it has nothing to do, and has said why */
            continue;
        }
        // END swap
        if (s->kind == SERVER || view->end != END_EXIT)
            tell_end(view);
        if (!is_over(s, view))
            remember_death(s);
    }
}

/* Of somebody's end; then of all that have ended meanwhile, so that servers come before who needs them. */
static void
wait_for_ends(void)
{
    struct process_view view;
    struct result r = wait_any(true, &view);

    if (r.error == ERR_NOT_FOUND) {
        say("nothing runs any more");
        machine_halt(1);
    }
    for (; !r.error; r = wait_any(false, &view))
        ended(&view);
}

int
main(int argc, char **argv, char **envp)
{
    (void)argc, (void)argv, (void)envp;
    read_boot_file();
    for (;;) {
        start_missing();
        wait_for_ends();
    }
}
