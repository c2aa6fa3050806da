/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A script for the driver of disks, which grade/tests/test_disk.py writes: it is in the archive, and so is the driver.  What comes
 * of each step is reported.  Started as "client" the same program reads and writes until somebody ends it; as "wirer" it only wires.
 */
#include "sys/child.h"
#include "sys/disk.h"
#include "sys/object.h"
#include "sys/sleep.h"
#include "sys/spawn.h"
#include "tar.h"
#include "test.h"

#define AT       0x60000000u
#define SLOTS    40
#define CLIENTS  8
#define PAGE     4096u
#define PATIENCE 20000 /* milliseconds */

struct step {
    uint32_t what, slot, a, b, c;
};

enum {
    START, LIST, OPEN, FILL, READ, WRITE, FLUSH, CLOSE, SUM, END, CLIENT, END_CLIENTS, NAP, WIRED, READ_ONLY, SPEED, RAW, TIME, RESIZE,
    DROP, MEMORY, WIRER,
};

static struct {
    uint32_t disk, object, address, pages;
} slot[SLOTS];

static struct result driver = {-1, ERR_NOT_FOUND}, server;
static uint32_t client[CLIENTS], clients;
static struct tar_member me, program;

static void
start(const struct step *s)
{
    char *argv[] = {"disk", s->a ? "pio" : NULL, NULL};
    struct spawn spawned = {.argv = argv, .domain = "disk"};
    uint32_t rest, began = clock_milliseconds();

    driver = spawn_image(program.data, program.size, &spawned);
    do {
        yield();
        server = name_resolve(DISK_NAME, &rest);
    } while (server.error && clock_milliseconds() - began < PATIENCE);
    report("start", "%x", driver.error ? driver.error : server.error);
}

static void
end_driver(void)
{
    struct process_view view;

    report("killed", "%x", child_kill(driver.value).error);
    child_wait(driver.value, &view);
    descriptor_close(driver.value);
    descriptor_close(server.value);
}

static void
list(void)
{
    struct disk_view view;
    struct result r;

    for (uint32_t i = 0; !(r = disk_list(server.value, i, &view)).error; i++)
        report("disk", "%s %u %u %x %u", view.name, view.sectors, view.first, view.type, view.dma);
    report("disks", "%x", r.error);
}

static struct result
open_named(uint32_t i, const char *name, bool writable, uint32_t pages)
{
    struct result r = object_new(OBJECT_SHARED, pages);
    uint32_t sectors;

    if (r.error)
        return r;
    slot[i].object = r.value;
    slot[i].pages = pages;
    r = object_map(slot[i].object, 0, pages, MEMORY_WRITABLE, 0);
    slot[i].address = r.value;
    if (!r.error)
        r = disk_open(server.value, name, writable, slot[i].object, &sectors);
    slot[i].disk = r.value;
    return r.error ? r : (struct result){sectors, 0};
}

/* `a`: the index in the list. */
static void
open(const struct step *s)
{
    struct disk_view view = {.name = "none"};

    disk_list(server.value, s->a, &view);
    report_result("open", open_named(s->slot, view.name, s->b, s->c));
}

static uint32_t
content(uint32_t seed, uint32_t i)
{
    return (seed + i) * 2654435761u ^ seed;
}

/* `a`: offset, `b`: bytes, `c`: seed. */
static void
fill(const struct step *s)
{
    uint32_t *word = (uint32_t *)(slot[s->slot].address + s->a);

    for (uint32_t i = 0; i < s->b / 4; i++)
        word[i] = content(s->c, i);
}

static void
sum(const struct step *s)
{
    const uint8_t *byte = (const uint8_t *)(slot[s->slot].address + s->a);
    uint32_t sum = 2166136261u;

    for (uint32_t i = 0; i < s->b; i++)
        sum = (sum ^ byte[i]) * 16777619u;
    report("sum", "%x", sum);
}

/* A copy with READ alone. */
static void
rights(const struct step *s)
{
    struct result r = descriptor_duplicate(slot[s->slot].disk, RIGHT_READ, 0);

    report_result("read", disk_read(r.value, s->a, s->b, s->c));
    report_result("write", disk_write(r.value, s->a, s->b, s->c));
    descriptor_close(r.value);
}

/* A function that is not what it should be, with `b` words. */
static void
raw(const struct step *s)
{
    uint32_t words[16] = {1, 2, 3, 4, 5};

    report("raw", "%x", send(s->a, s->slot < SLOTS ? slot[s->slot].disk : server.value, words, call_sizes(sizeof(words), 4 * s->b, 0)).error);
}

/* So many times `b` sectors: what that takes on a machine whose instructions take a nanosecond each, and nothing else runs. */
static void
speed(const struct step *s)
{
    uint32_t error = 0, began = clock_milliseconds();
    uint64_t start = rdtsc();

    for (uint32_t i = 0; i < s->a && !error; i++)
        error = disk_read(slot[s->slot].disk, i * s->b % 4096, s->b, 0).error;
    report("speed", "%x %u %u", error, (uint32_t)(rdtsc() - start), clock_milliseconds() - began);
}

static void
new_client(const struct step *s)
{
    char *argv[] = {"client", s->a ? "again" : NULL, NULL};
    struct spawn spawned = {.argv = argv, .domain = "user"};
    struct result r = spawn_image(me.data, me.size, &spawned);

    report("client", "%x", r.error);
    client[clients++] = r.value;
}

static void
end_clients(void)
{
    for (; clients > 0; clients--)
        child_delete(client[clients - 1]);
}

/* The buffer is nobody's any more, but for the driver. */
static void
drop(uint32_t i)
{
    report("drop", "%x %x", unmap(slot[i].address, slot[i].pages).error, object_delete(slot[i].object).error);
    descriptor_close(slot[i].object);
    descriptor_close(slot[i].disk);
}

static void
memory(void)
{
    struct memory_counts counts;

    sleep_milliseconds(100); /* who has ended is gone */
    memory_look(&counts);
    report("memory", "%u %u %u", counts.wired, counts.shared, counts.frames_free);
}

static void
new_wirer(const char *domain)
{
    char *argv[] = {"wirer", NULL};
    struct spawn spawned = {.argv = argv, .domain = domain};

    report("wirer", "%x", spawn_image(me.data, me.size, &spawned).error);
}

/* As if it were a driver that has stopped its device: it wires memory of its own, again and again. */
static int
be_wirer(void)
{
    uint32_t here;

    while (!wire((uint32_t)&here & -PAGE, 1, NULL).error)
        sleep_milliseconds(10);
    return 1;
}

static void
wired(void)
{
    struct memory_counts counts;

    memory_look(&counts);
    report("wired", "%u", counts.wired);
}

static void
transfer(const struct step *s)
{
    struct result r = s->what == READ ? disk_read(slot[s->slot].disk, s->a, s->b, s->c)
                                      : disk_write(slot[s->slot].disk, s->a, s->b, s->c);

    report_result(s->what == READ ? "read" : "write", r);
}

static void
do_step(const struct step *s)
{
    switch (s->what) {
    case START:
        return start(s);
    case LIST:
        return list();
    case OPEN:
        return open(s);
    case FILL:
        return fill(s);
    case READ:
    case WRITE:
        return transfer(s);
    case FLUSH:
        return report_result("flush", disk_flush(slot[s->slot].disk));
    case CLOSE:
        return report_result("close", disk_close(slot[s->slot].disk));
    case SUM:
        return sum(s);
    case END:
        return end_driver();
    case CLIENT:
        return new_client(s);
    case END_CLIENTS:
        return end_clients();
    case NAP:
        return sleep_milliseconds(s->a);
    case WIRED:
        return wired();
    case READ_ONLY:
        return rights(s);
    case SPEED:
        return speed(s);
    case RAW:
        return raw(s);
    case TIME:
        return report("time", "%u", clock_milliseconds());
    case DROP:
        return drop(s->slot);
    case MEMORY:
        return memory();
    case WIRER:
        return new_wirer(s->a ? "other" : "disk");
    case RESIZE:
        return report_result("resize", object_resize(slot[s->slot].object, s->a));
    }
}

/* Where the driver is ended, too, one that goes on: it writes what is there. */
static int
be_client(bool again)
{
    uint32_t rest, error;

    do {
        server = name_resolve(DISK_NAME, &rest);
        error = server.error ? server.error : open_named(0, "disk0", true, DISK_BUFFER_MAX).error;
        for (uint32_t i = 0; !error; i++) {
            error = disk_read(slot[0].disk, i % 32 * 64, 64, i % 2 * 131072).error;
            if (!error)
                error = disk_write(slot[0].disk, i % 32 * 64, 64, i % 2 * 131072).error;
        }
        object_delete(slot[0].object);
        descriptor_close(slot[0].object);
        unmap(slot[0].address, slot[0].pages);
        sleep_milliseconds(5);
    } while (again);
    return error;
}

int
main(int argc, char **argv)
{
    uint32_t size;
    struct tar_member script;

    if (argc > 0 && strcmp(argv[0], "client") == 0)
        return be_client(argc > 1);
    if (argc > 0 && strcmp(argv[0], "wirer") == 0)
        return be_wirer();
    size = archive_map(AT).value;
    if (!tar_find((const void *)AT, size, "bin/init", &me) || !tar_find((const void *)AT, size, "bin/disk", &program)
        || !tar_find((const void *)AT, size, "script", &script))
        return 1;
    for (uint32_t i = 0; i < script.size / sizeof(struct step); i++)
        do_step((const struct step *)script.data + i);
    report_end();
}
