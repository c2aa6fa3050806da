/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What it costs to read from a disk, and to read a file on it in order: grade/tests/test_disk_files.py.  Its steps are in the archive, and so are
 * the driver and the server.  No page of a file is in memory before, and each byte is wanted once.
 */
#include "sys/disk.h"
#include "sys/files.h"
#include "sys/object.h"
#include "sys/sleep.h"
#include "sys/spawn.h"
#include "sys/stream.h"
#include "tar.h"
#include "test.h"

#define AT        0x60000000u
#define PAGE      4096u
#define PATIENCE  20000 /* milliseconds */
#define PARTITION "disk0p1"

enum {
    RAW,    /* `size` sectors at a time, `pieces` times, from `from` on */
    READ,   /* `size` bytes at a time */
    MAPPED, /* a word of each page */
    NAP,    /* `size` milliseconds */
};

struct step {
    uint32_t what, from, size, pieces; /* of files: the number in the name */
};

static uint32_t archive; /* bytes at AT */
static uint32_t disk, buffer; /* descriptor, address */

static uint32_t
start(const char *member, const char *argument, const char *domain, const char *name)
{
    char *argv[] = {(char *)member, (char *)argument, NULL};
    struct spawn spawned = {.argv = argv, .domain = domain};
    uint32_t rest, began = clock_milliseconds(), error;
    struct tar_member program;
    struct result r;

    if (!tar_find((const void *)AT, archive, member, &program))
        return ERR_NOT_FOUND;
    error = spawn_image(program.data, program.size, &spawned).error;
    do {
        sleep_milliseconds(50);
        r = name_resolve(name, &rest);
    } while (r.error && !error && clock_milliseconds() - began < PATIENCE);
    return error ? error : r.error;
}

static uint32_t
open_disk(void)
{
    struct result object = object_new(OBJECT_SHARED, DISK_BUFFER_MAX), r;
    uint32_t sectors;

    r = object_map(object.value, 0, DISK_BUFFER_MAX, MEMORY_WRITABLE, 0);
    buffer = r.value;
    if (!r.error)
        r = disk_open(name_open(DISK_NAME).value, PARTITION, false, object.value, &sectors);
    disk = r.value;
    return r.error;
}

static struct result
raw(const struct step *s)
{
    uint32_t error = 0;

    for (uint32_t i = 0; i < s->pieces && !error; i++)
        error = disk_read(disk, s->from + i * s->size, s->size, 0).error;
    return (struct result){s->pieces * s->size * DISK_SECTOR, error};
}

static struct result
read(const struct step *s, uint32_t file)
{
    static char bytes[STREAM_MAX];
    uint32_t at = 0;
    struct result r;

    while (!(r = stream_read(file, at, bytes, s->size, 0)).error && r.value)
        at += r.value;
    return (struct result){at, r.error};
}

static struct result
mapped(uint32_t file)
{
    struct stream_view view = {0};
    uint32_t error = stream_stat(file, &view).error, sum = 0;
    struct result r = file_map(file, 0, (view.size + PAGE - 1) / PAGE, 0);

    for (uint32_t at = 0; at < view.size && !error && !r.error; at += PAGE)
        sum += *(volatile uint32_t *)(r.value + at);
    (void)sum;
    return (struct result){view.size, error ? error : r.error};
}

static struct result
read_file(const struct step *s)
{
    char path[] = "/disk/f0";
    struct result r;

    path[7] += s->from;
    r = file_open(path, 0);
    return r.error ? r : s->what == READ ? read(s, r.value) : mapped(r.value);
}

static void
do_step(const struct step *s)
{
    static const char *const names[] = {"raw", "read", "mapped"};
    uint64_t began = rdtsc(), took;
    struct result r;

    if (s->what == NAP)
        return sleep_milliseconds(s->size);
    r = s->what == RAW ? raw(s) : read_file(s);
    took = rdtsc() - began;
    report(names[s->what], "%u %x %u", r.value, r.error, (uint32_t)(took >> 10));
}

int
main(int argc, char **argv)
{
    struct tar_member script;

    (void)argc, (void)argv;
    archive = archive_map(AT).value;
    report("start", "%x", start("bin/disk", NULL, "disk", DISK_NAME));
    report("start", "%x", start("bin/ext2", PARTITION, "files", "/disk"));
    report("start", "%x", open_disk());
    tar_find((const void *)AT, archive, "script", &script);
    for (uint32_t i = 0; i < script.size / sizeof(struct step); i++)
        do_step((const struct step *)script.data + i);
    report_end();
}
