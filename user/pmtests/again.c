/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ends servers, again and again, and looks who comes again: init starts those anew that /etc/boot says so of.
 */
#include "sys/child.h"
#include "sys/files.h"
#include "sys/sleep.h"
#include "test.h"

#define PATIENCE 2000
#define APART    1200 /* milliseconds: so far apart may a server end as often as it likes */

/* The number of the process of this name that runs; 0 if there is none. */
static uint32_t
number_of(const char *name)
{
    struct process_view view = {0};

    while (!process_next(view.number + 1, &view).error)
        if (strcmp(view.name, name) == 0 && view.state == PROCESS_RUNNING)
            return view.number;
    return 0;
}

static uint32_t
kill(const char *name)
{
    struct result r = process_find(number_of(name));

    if (r.error)
        return r.error;
    r.error = child_kill(r.value).error;
    descriptor_close(r.value);
    return r.error;
}

/* Is there another one, before time is over? */
static bool
comes_again(const char *name, uint32_t old)
{
    uint32_t start = clock_milliseconds();

    while (clock_milliseconds() - start < PATIENCE) {
        uint32_t now = number_of(name);

        if (now && now != old)
            return true;
        sleep_milliseconds(10);
    }
    return false;
}

static void
end(const char *name)
{
    uint32_t old = number_of(name);

    report("kill", "%x", kill(name));
    report("again", "%u", comes_again(name, old));
}

/* The old directory is dead; its name leads to the new server. */
static void
open_file(void)
{
    struct result r = file_open("/etc/policy", 0);

    report("relative", "%x", file_open("etc/policy", 0).error);
    report("absolute", "%x", r.error);
    descriptor_close(r.value);
}

int
main(int argc, char **argv, char **envp)
{
    (void)argc, (void)argv, (void)envp;
    end("fm");
    open_file();
    sleep_milliseconds(APART);
    end("fm");
    end("fm");
    report("once", "%u", number_of("clock") != 0);
    report("kill_once", "%x", kill("clock"));
    report("not_again", "%u", comes_again("clock", 0));
    end("fm");
    report_end();
}
