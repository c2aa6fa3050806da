/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes in a row, from memory and from a file, and many at once: what they cost, and whether something is left of
 * them.  The archive has the program nothing.c, bin/nothing, and the file server.
 */
#include "sys/files.h"
#include "sys/spawn.h"

#include "tar.h"
#include "test.h"

#define AT      0x60000000u
#define ONE_ROW 16
#define ATONCE  1000

static struct tar_member nothing, fm;
static uint32_t files; /* their root */

static uint32_t
start(const struct tar_member *program, const char *domain, bool held)
{
    char *argv[] = {"nothing", "7", NULL};
    struct spawn s = {.argv = argv, .domain = domain, .held = held, .fd = {[FD_PM] = FD_PM}};
    struct result r = spawn_image(program->data, program->size, &s);

    return r.error ? 0 : r.value;
}

static uint32_t
from_memory(void)
{
    return start(&nothing, NULL, false);
}

/* As the shell does it. */
static uint32_t
from_file(void)
{
    char *argv[] = {"nothing", "7", NULL};
    struct spawn s = spawn_like_me(argv);
    struct result r;

    for (uint32_t i = FD_FILES; i <= FD_COUNT; i++)
        s.fd[i] = files;
    r = spawn_path("bin/nothing", &s);

    return r.error ? 0 : r.value;
}

/* Paths that do not begin with a slash are below its root from now on. */
static uint32_t
start_files(void)
{
    uint32_t server = start(&fm, "files", false), rest;
    struct result root;

    while (server && (root = name_resolve("/", &rest)).error)
        yield();
    files = root.value;
    directory_change(files, "/");
    return server;
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
in_a_row(const char *name, uint32_t (*begin_one)(void), uint32_t count)
{
    uint32_t least = -1, most = 0, good = 0, before = frames();

    for (uint32_t i = 0; i < count; i++) {
        uint64_t begin = rdtsc();
        uint32_t child = begin_one(), passed;

        good += finish(child) == 7;
        passed = rdtsc() - begin;
        least = passed < least ? passed : least;
        most = passed > most ? passed : most;
    }
    report(name, "%u %u %u %u", count, good, least, most);
    report("left", "%d", (int)(before - frames()));
}

static void
at_once(uint32_t count)
{
    static uint32_t child[ATONCE];
    uint32_t before = frames(), good = 0, started = 0;

    while (started < count && (child[started] = start(&nothing, NULL, true)))
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
    uint32_t size = archive_map(AT).value, server;

    (void)argc, (void)argv, (void)envp;
    tar_find((const void *)AT, size, "bin/nothing", &nothing);
    in_a_row("row", from_memory, ONE_ROW);
    in_a_row("row", from_memory, challenge.param[0]);
    at_once(challenge.param[1]);
    if (tar_find((const void *)AT, size, "bin/fm", &fm)) {
        server = start_files();
        in_a_row("file", from_file, ONE_ROW);
        child_delete(server);
    }
    report_end();
}
