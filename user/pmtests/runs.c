/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs and files that are mapped: what they cost, what they share, and what becomes of them when the file does.  The archive
 * has fm, nothing.c, and this program itself, which is its own child: `runs WHAT`.
 */
#include "sys/child.h"
#include "sys/files.h"
#include "sys/object.h"
#include "sys/sleep.h"
#include "sys/spawn.h"
#include "sys/stream.h"

#include "tar.h"
#include "test.h"

#define AT   0x60000000u
#define PAGE 4096u
#define HERE "runs" /* what the child says about itself */

static uint32_t root, archive, server;

/* --- As a child: its status says how it went. */

/* In .data, a page each, and never written before somebody else writes there. */
static struct {
    uint32_t word[PAGE / 4];
} buffer[4] __attribute__((aligned(4096))) = {{{1, 2, 3}}, {{4, 5, 6}}, {{7, 8, 9}}, {{10, 11, 12}}};

/* What comes to a buffer that is mapped privately: from the kernel, from a door, from the manager; and over two pages. */
static int
fill_buffers(void)
{
    struct look *look = (void *)&buffer[0].word[8];
    struct machine_view *view = (void *)&buffer[1].word[8];
    uint32_t *words = &buffer[2].word[PAGE / 4 - 4];
    struct result r = descriptor_look(FD_ROOT, look), file;

    if (r.error || !(look->rights & RIGHT_READ) || buffer[0].word[2] != 3)
        return 1;
    if (machine_look(view).error || !view->frames || buffer[1].word[2] != 6)
        return 2;
    file = file_open_at(FD_ROOT, "bin/nothing", 0);
    r = stream_fetch(file.value, 1, words, 100, 0);
    if (r.error || r.value != 100 || memcmp(words + 2, "ELF", 3) != 0)
        return 3;
    return buffer[2].word[2] == 9 && buffer[3].word[99] == 0 ? 7 : 4;
}

/* Behind the end of what is there. */
static int
touch_behind(void)
{
    struct result file = file_open_at(FD_ROOT, "file", 0), at = file_map(file.value, 0, 2, 0);

    if (at.error || *(volatile uint8_t *)at.value != 'x')
        return 1;
    return *(volatile uint8_t *)(at.value + PAGE);
}

static int
child(const char *what)
{
    if (strcmp(what, "buffers") == 0)
        return fill_buffers();
    if (strcmp(what, "behind") == 0)
        return touch_behind();
    if (strcmp(what, "late") == 0) {
        sleep_milliseconds(100);
        return buffer[3].word[2] == 12 && ++buffer[0].word[0] == 2 ? 7 : 1;
    }
    for (;;)
        sleep_milliseconds(1);
}

/* --- As the first program. */

static struct result
start(const char *what, uint32_t file)
{
    char *argv[] = {HERE, (char *)what, NULL};
    struct spawn s = {.argv = argv, .fd = {[FD_PM] = FD_PM, [FD_ROOT] = root}};

    return spawn_file(file, &s);
}

static void
report_end_of(const char *name, uint32_t process)
{
    struct process_view view;

    child_wait(process, &view);
    descriptor_close(process);
    report(name, "%u %u", view.end, view.status);
}

static void
run(const char *what, uint32_t file)
{
    struct result r = start(what, file);

    if (r.error)
        report_result(what, r);
    else
        report_end_of(what, r.value);
}

static bool
start_server(void)
{
    char *argv[] = {"fm", NULL};
    struct spawn s = {.argv = argv, .domain = "files"};
    struct tar_member fm;
    uint32_t rest;

    archive = archive_map(AT).value;
    if (!tar_find((const void *)AT, archive, "bin/fm", &fm))
        return false;
    server = spawn_image(fm.data, fm.size, &s).value;
    while (name_resolve("/", &rest).error)
        yield();
    root = name_resolve("/", &rest).value;
    return true;
}

/* A process from its creation to its end: the first, and the least of the others. */
static void
measure(const char *path, const char *name)
{
    uint32_t file = file_open_at(root, path, 0).value, first = 0, least = -1;
    char *argv[] = {"nothing", "7", NULL};
    struct spawn s = {.argv = argv, .fd = {[FD_PM] = FD_PM}};

    for (uint32_t i = 0; i < 8; i++) {
        uint64_t begin = rdtsc();
        struct process_view view;
        struct result r = spawn_file(file, &s);
        uint32_t passed;

        child_wait(r.value, &view);
        descriptor_close(r.value);
        passed = rdtsc() - begin;
        first = i ? first : passed;
        least = passed < least ? passed : least;
    }
    report(name, "%u %u", first, least);
    descriptor_close(file);
}

static uint32_t
mappings(uint32_t file)
{
    struct object_view view = {0};
    struct result object = file_object(file, false, NULL);

    object_stat(object.value, &view);
    descriptor_close(object.value);
    return view.mappings;
}

/* Pages that are in memory for two who run, and for a third one: text is there once. */
static void
share(uint32_t file)
{
    struct memory_counts before, after;
    uint32_t process[3];

    for (uint32_t i = 0; i < 3; i++) {
        memory_look(&before);
        process[i] = start("stay", file).value;
        sleep_milliseconds(20);
        memory_look(&after);
        report("run", "%u %u %d %d", i, mappings(file), (int)(after.private - before.private), (int)(after.ram_disk - before.ram_disk));
    }
    for (uint32_t i = 0; i < 3; i++)
        child_delete(process[i]);
    report("mappings", "%u", mappings(file));
}

/* Its file goes while it runs. */
static void
lose(const char *path, bool remove)
{
    uint32_t file = file_open_at(root, path, FILE_WRITE).value, process = start("stay", file).value;
    uint8_t message[64];
    struct outgoing out;
    struct incoming in;

    sleep_milliseconds(20);
    outgoing_start(&out, message, sizeof(message));
    put_text(&out, path);
    report_result("lose", remove ? ask(FILE_REMOVE, root, &out, &in) : file_resize(file, 0));
    report_end_of(remove ? "removed" : "truncated", process);
    descriptor_close(file);
}

/* The server ends: who runs from its files goes on, with what he has never touched, too. */
static void
orphan(const char *path)
{
    uint32_t file = file_open_at(root, path, 0).value, process = start("late", file).value;

    sleep_milliseconds(20);
    child_delete(server);
    report_end_of("orphan", process);
}

static void
copy_to(const char *path, uint32_t from)
{
    uint32_t to = file_open_at(root, path, FILE_CREATE).value, at = 0, message[STREAM_MAX / 4 + 3];
    struct result r;

    while (!(r = stream_fetch(from, at, message, STREAM_MAX, 0)).error && r.value) {
        stream_write(to, at, message + 2, r.value);
        at += r.value;
    }
    descriptor_close(to);
}

/* Reads, writes and what is mapped are the same. */
static void
coherent(void)
{
    uint32_t file = file_open_at(root, "file", FILE_CREATE).value, reader = file_open_at(root, "file", 0).value;
    char text[8] = "xxxxxxx", *shared, *private;
    struct result r;

    stream_write(file, 0, text, 8);
    shared = (char *)file_map(file, 0, 2, MEMORY_WRITABLE).value;
    private = (char *)file_map(reader, 0, 2, MEMORY_WRITABLE | MAP_PRIVATE).value;
    report("denied", "%x", file_map(reader, 0, 1, MEMORY_WRITABLE).error);
    stream_write(file, 2, "ab", 2);
    report("written", "%s %s", shared, private);
    shared[1] = 'y';
    shared[8] = 'z'; /* behind the end */
    private[0] = 'p';
    stream_read(reader, 0, text, 8, 0);
    report("mapped", "%s %s %s", text, shared, private);
    file_resize(file, PAGE + 1);
    r = stream_read(reader, 7, text, 3, 0);
    report("grown", "%u %u %u", r.value, text[1], shared[PAGE]);
    file_resize(file, 8);
}

int
main(int argc, char **argv, char **envp)
{
    uint32_t self;

    (void)envp;
    if (argc > 1 && strcmp(argv[0], HERE) == 0)
        return child(argv[1]);
    if (!start_server())
        return 1;
    self = file_open_at(root, "bin/runs", 0).value;
    measure("bin/nothing", "nothing");
    measure("bin/ls", "ls");
    run("buffers", self);
    share(self);
    coherent();
    run("behind", self);
    copy_to("other", self);
    lose("other", true);
    copy_to("third", self);
    lose("bin/runs", false);
    orphan("third");
    report_end();
}
