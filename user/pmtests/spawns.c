/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes in a row, and many at once: what they cost, and whether something is left of them.  The archive has
 * the program nothing.c, bin/nothing.
 */
#include "sys/spawn.h"

#include "tar.h"
#include "test.h"

#define AT      0x60000000u
#define ONE_ROW 16
#define ATONCE  1000

static struct tar_member nothing;

static uint32_t
start(bool held)
{
    char *argv[] = {"nothing", "7", NULL};
    struct spawn s = {.argv = argv, .held = held, .fd = {[FD_PM] = FD_PM}};
    struct result r = spawn_image(nothing.data, nothing.size, &s);

    return r.error ? 0 : r.value;
}

/* It is waited for, and all of it has gone.  Its status. */
static uint32_t
finish(uint32_t child)
{
    struct process_view view;
    struct result r = child_wait(child, &view);

    descriptor_close(child);
    return r.error ? -1u : view.status;
}

static uint32_t
frames(void)
{
    struct machine_view view;

    machine_look(&view);
    return view.frames_free;
}

static void
in_a_row(uint32_t count)
{
    uint32_t least = -1, most = 0, good = 0, before = frames();

    for (uint32_t i = 0; i < count; i++) {
        uint64_t begin = rdtsc();
        uint32_t child = start(false), passed;

        good += finish(child) == 7;
        passed = rdtsc() - begin;
        least = passed < least ? passed : least;
        most = passed > most ? passed : most;
    }
    report("row", "%u %u %u %u", count, good, least, most);
    report("left", "%d", (int)(before - frames()));
}

static void
at_once(uint32_t count)
{
    static uint32_t child[ATONCE];
    uint32_t before = frames(), good = 0, started = 0;

    while (started < count && (child[started] = start(true)))
        started++;
    report("started", "%u", started);
    for (uint32_t i = 0; i < started; i++)
        child_start(child[i]);
    for (uint32_t i = 0; i < started; i++)
        good += finish(child[i]) == 7;
    report("ended", "%u %d", good, (int)(before - frames()));
}

int
main(int argc, char **argv, char **envp)
{
    (void)argc, (void)argv, (void)envp;
    tar_find((const void *)AT, archive_map(AT).value, "bin/nothing", &nothing);
    in_a_row(ONE_ROW);
    in_a_row(challenge.param[0]);
    at_once(challenge.param[1]);
    report_end();
}
