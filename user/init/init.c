/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first program.  It starts what /etc/boot lists, starts again what ends and should not, and is told
 * when a process ends that nobody else waits for.
 */
#include "archive.h"
#include "service.h"

#include "sys/error.h"
#include "sys/manager.h"
#include "sys/printable.h"
#include "sys/program.h"
#include "sys/sleep.h"
#include "text.h"

#define NEVER 0xffffffffu
#define LOOK  50 /* milliseconds, at most, between two looks at who has ended, while somebody is to be started soon */

void
say(const char *format, ...)
{
    char line[160];
    uint32_t at = snprintf(line, sizeof(line), "init: ");
    va_list arguments;

    va_start(arguments, format);
    at += vsnprintf(line + at, sizeof(line) - at - 1, format, arguments);
    va_end(arguments);
    make_printable(line);
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

static bool
is_short(const struct service *s)
{
    return clock_milliseconds() - s->started < LIFE;
}

/* It ends again and again: enough has been said of that. */
static bool
is_known(const struct service *s)
{
    return s->pause == PAUSE_LAST && is_short(s);
}

/* It has ended: when is it started again? */
static void
plan(struct service *s)
{
    if (!is_short(s))
        s->pause = 0;
    s->due = clock_milliseconds() + s->pause;
    if (s->pause == PAUSE_LAST)
        return;
    s->pause = s->pause ? 2 * s->pause : PAUSE_FIRST;
    if (s->pause == PAUSE_LAST && s->restart && !s->refused)
        say("%s ends again and again: from now on it is tried in silence", s->argv[0]);
}

static bool
is_wanted(const struct service *s)
{
    return s->number == 0 && (s->restart || !s->tried);
}

/* Milliseconds until one is to be started; NEVER: all run that should. */
static uint32_t
until_due(void)
{
    uint32_t now = clock_milliseconds(), least = NEVER;

    for (uint32_t i = 0; i < service_count; i++) {
        int32_t left = services[i].due - now;

        if (is_wanted(&services[i]) && (uint32_t)(left > 0 ? left : 0) < least)
            least = left > 0 ? left : 0;
    }
    return least;
}

/* Has it been said already that this program cannot be started, and why? */
static bool
is_told(const char *path, uint32_t error)
{
    for (uint32_t i = 0; i < service_count; i++)
        if (services[i].refused == error && strcmp(services[i].argv[0], path) == 0)
            return true;
    return false;
}

/* What comes after this server is started, or once more; without a pause, since the server had its own. */
static void
want_followers(const struct service *server)
{
    for (uint32_t i = 0; i < service_count; i++) {
        struct service *s = &services[i];

        if (!s->after || strcmp(s->after, server->name) != 0)
            continue;
        s->tried = false;
        s->pause = 0;
        s->due = clock_milliseconds();
    }
}

/* Not to have started is to have ended. */
static void
start(struct service *s)
{
    uint32_t error;

    s->tried = true;
    s->started = clock_milliseconds();
    error = service_start(s);
    if (error && !is_told(s->argv[0], error))
        say("%s cannot be started: %s", s->argv[0], error_text(error));
    s->refused = error;
    if (error)
        plan(s);
    else if (s->kind == SERVER)
        want_followers(s);
}

/* In the order of the file: who needs another's door comes after it. */
static void
start_missing(void)
{
    for (uint32_t i = 0; i < service_count; i++)
        if (is_wanted(&services[i]) && (int32_t)(services[i].due - clock_milliseconds()) <= 0)
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
            s->restart = false; /* it has nothing to do, and has said why */
            continue;
        }
        // END swap
        if (!is_known(s) && (s->kind == SERVER || view->end != END_EXIT))
            tell_end(view);
        plan(s);
    }
}

/* Of somebody's end.  An error: somebody is to be started before; or there is nobody whose end one could wait for. */
static struct result
wait_for_one(struct process_view *view)
{
    uint32_t left = until_due();
    struct result r = wait_any(left == NEVER, view);

    for (; r.error && left > 0 && left != NEVER; left = until_due()) {
        sleep_milliseconds(left < LOOK ? left : LOOK);
        r = wait_any(false, view);
    }
    return r;
}

/* Then of all that have ended meanwhile, so that servers come before who needs them. */
static void
wait_for_ends(void)
{
    struct process_view view;
    struct result r = wait_for_one(&view);

    if (r.error == ERR_NOT_FOUND && until_due() == NEVER) {
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
