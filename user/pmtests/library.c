/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What programs have of files, streams and other programs: sys/files.h, stdio.h, spawn.h, symbols.h, program.h.  It
 * is started by init, with its environment.
 */
#include "sys/files.h"
#include "sys/heap.h"
#include "sys/image.h"
#include "sys/program.h"
#include "sys/spawn.h"
#include "sys/stdio.h"
#include "sys/symbols.h"
#include "test.h"

#define SELF "/bin/library"
#define BAD  "/bad"

static struct stream out, in;

/* What a path means, as a file's text. */
static void
write_file(const char *path, const char *text)
{
    struct result r = file_open(path, FILE_CREATE | FILE_TRUNCATE);

    if (!r.error)
        stream_write(r.value, 0, text, strlen(text));
    descriptor_close(r.value);
}

static void
read_file(const char *name, const char *path)
{
    char text[40] = "";
    struct result r = file_open(path, 0), read = r;

    if (!r.error)
        read = stream_read(r.value, 0, text, sizeof(text) - 1, 0);
    report(name, "%x %s", read.error, text);
    descriptor_close(r.value);
}

static void
paths(void)
{
    report("make", "%x", directory_make("/d").error);
    report("make_again", "%x", directory_make("d").error);
    write_file("/d/a", "first");
    read_file("relative", "d/a");
    read_file("dots", "../d/./a");
    read_file("slashes", "//d//a");
    read_file("nowhere", "/d/b");
    directory_change(file_open("/d", 0).value, "/d");
    read_file("here", "a");
    read_file("above", "../d/a");
    report("rename", "%x", file_rename("/d/a", "/d/b").error);
    read_file("renamed", "b");
    directory_change(file_open("/d", FILE_WRITE).value, "/d");
    report("rename_mixed", "%x", file_rename("b", "/c").error);
    read_file("moved", "../c");
    report("remove", "%x", file_remove("../c").error);
    directory_change(0, NULL);
    report("remove_directory", "%x", file_remove("d").error);
    report("door", "%x", file_open("/", 0).error);
}

static void
lists(void)
{
    struct result d = file_open("/bin", 0);
    struct file_entry entry;
    uint32_t count = 0, found = 0;

    for (; !directory_list(d.value, count, &entry).error; count++)
        found += strcmp(entry.name, "library") == 0 && entry.view.kind == STREAM_FILE;
    report("listed", "%u %u", count > 1, found);
    report("behind", "%x", directory_list(d.value, count, &entry).error);
    descriptor_close(d.value);
}

/* Two writers at one file, lines longer than buffers, and the same back. */
static void
text(void)
{
    struct result w = file_open("/text", FILE_CREATE | FILE_TRUNCATE), r = file_open("/text", 0);
    char line[64];
    uint32_t bytes = 0;

    stream_use(&out, w.value);
    fprintf(&out, "%u %s|", challenge.param[0], "one");
    stream_write(w.value, STREAM_END, "other\n", 6);
    for (uint32_t i = 0; i < 3 * STREAM_ROOM; i++)
        putc('a' + i % 26, &out);
    fputs("\n\nlast", &out);
    report("flush", "%x", flush(&out));
    stream_use(&in, r.value);
    report("line", "%u %s", getline(&in, line, sizeof(line)), line);
    report("cut", "%u", getline(&in, line, sizeof(line)));
    report("length", "%u", strlen(line));
    report("empty", "%u", getline(&in, line, sizeof(line)));
    report("empty_length", "%u", strlen(line));
    for (int c; (c = getc(&in)) >= 0; bytes++)
        line[bytes % sizeof(line)] = c;
    report("rest", "%u %c", bytes, line[0]);
    report("at_end", "%u", getline(&in, line, sizeof(line)));
    descriptor_close(r.value);
    descriptor_close(w.value);
}

/* A program that is not quite one. */
static void
spawn_bad(const char *name, uint32_t offset, uint32_t value, uint32_t size)
{
    static uint8_t image[0x10000];
    struct result f = file_open(SELF, 0), w = file_open(BAD, FILE_CREATE | FILE_TRUNCATE), r;
    struct image self;
    char *argv[] = {BAD, NULL};
    struct spawn s = spawn_like_me(argv);

    image_open(&self, f.value);
    image_read(&self, 0, image, self.size);
    if (offset)
        memcpy(image + offset, &value, sizeof(value));
    stream_write(w.value, 0, image, size ? size : self.size);
    r = spawn_path(BAD, &s);
    report(name, "%x", r.error);
    if (!r.error)
        child_delete(r.value);
    descriptor_close(f.value);
    descriptor_close(w.value);
}

#define HEADER(field) offsetof(struct elf_header, field)
#define SEGMENT(i, field) (sizeof(struct elf_header) + (i) * sizeof(struct elf_segment) + offsetof(struct elf_segment, field))

static void
bad_programs(void)
{
    char *argv[] = {"/d", NULL};
    struct spawn s = spawn_like_me(argv);

    spawn_bad("good", 0, 0, 0);
    spawn_bad("no_magic", 1, 0, 0);
    spawn_bad("tiny", 0, 0, 51);
    spawn_bad("cut", 0, 0, 0x1100);
    spawn_bad("headers", HEADER(program_headers), 0xfffffff0, 0);
    spawn_bad("below", SEGMENT(0, address), PROGRAM_BASE - 0x1000, 0);
    spawn_bad("above", SEGMENT(0, address), PROGRAM_LIMIT - 1, 0);
    spawn_bad("wraps", SEGMENT(0, address), 0xffffff00, 0);
    spawn_bad("large", SEGMENT(1, memory_size), 0xffffffff, 0);
    spawn_bad("overlaps", SEGMENT(1, address), PROGRAM_BASE, 0);
    spawn_bad("offset", SEGMENT(0, offset), 0xfffffff0, 0);
    spawn_bad("entry", HEADER(entry), PROGRAM_LIMIT, 0);
    spawn_bad("entry_data", HEADER(entry), (uint32_t)&out, 0);
    report("nothing", "%x", spawn_path("/none", &s).error);
    report("directory", "%x", spawn_path("/bin", &s).error);
}

/* A child gets arguments and environment; as many as there is room for. */
static void
arguments(void)
{
    static char long_text[5000];
    char *argv[] = {SELF, "child", "", "two words", NULL}, *envp[] = {"A=1", "PWD=/x", NULL};
    struct spawn s = spawn_like_me(argv);
    struct process_view view = {0};
    struct result r;

    s.envp = envp;
    r = spawn_path(SELF, &s);
    child_wait(r.value, &view);
    report("child", "%x %x", r.error, view.status);
    report("name", "%s", view.name);
    descriptor_close(r.value);
    memset(long_text, 'x', sizeof(long_text) - 1);
    argv[1] = long_text;
    report("too_long", "%x", spawn_path(SELF, &s).error);
}

/* Each thing that is right is a bit. */
static uint32_t
child(int argc, char **argv, char **envp)
{
    const char *pwd = getenv("PWD");

    return (argc == 4) | (strcmp(argv[2], "") == 0) << 1 | (strcmp(argv[3], "two words") == 0) << 2 |
           (argv[4] == NULL) << 3 | (strcmp(envp[0], "A=1") == 0) << 4 | (envp[2] == NULL) << 5 |
           (pwd && strcmp(pwd, "/x") == 0) << 6 | (getenv("PW") == NULL) << 7;
}

static void
symbols(void)
{
    struct result f = file_open(SELF, 0);
    char name[40] = "";

    report("symbol_error", "%x", symbol_find(f.value, (uint32_t)symbols + 3, name, sizeof(name)).error);
    report("symbol", "%s", name);
    report("no_symbol", "%x", symbol_find(f.value, 5, name, sizeof(name)).error);
    descriptor_close(f.value);
}

static void
heap(void)
{
    char *a, *b;

    report("no_heap", "%u", malloc(1) == NULL);
    report("heap", "%x", heap_start(1 << 20).error);
    a = malloc(500000);
    b = malloc(500000);
    a[499999] = b[499999] = 1;
    report("apart", "%u", a && b && b - a >= 500000);
    report("no_more", "%u", malloc(500000) == NULL);
}

int
main(int argc, char **argv, char **envp)
{
    if (argc > 1)
        return child(argc, argv, envp);
    report("path", "%s", getenv("PATH"));
    paths();
    lists();
    text();
    bad_programs();
    arguments();
    symbols();
    heap();
    report_end();
}
