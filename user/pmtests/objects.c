/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects by hand (pm/abi/object.h): one program, which is its own child, `objects WHAT`, with an object as FD_IN and the
 * same one to be read as FD_OUT.  It is in the archive as bin/objects.
 */
#include "sys/child.h"
#include "sys/object.h"
#include "sys/request.h"
#include "sys/spawn.h"

#include "tar.h"
#include "test.h"

#define AT      0x60000000u
#define PAGE    4096u
#define MEMORY  0x30000000u
#define HERE    "objects"
#define RW      MEMORY_WRITABLE
#define PRIVATE (MEMORY_WRITABLE | MAP_PRIVATE)
#define GIVE    0x9000 /* function at our door: an object */

static struct tar_member self;

static volatile uint32_t *
word(uint32_t address)
{
    return (volatile uint32_t *)address;
}

/* --- As a child: its status is what it saw. */

static uint32_t
mapped(uint32_t object, uint32_t flags)
{
    return object_map(object, 0, 1, flags, 0).value;
}

/* Both ways; and what the other descriptor allows. */
static uint32_t
share(void)
{
    uint32_t at = mapped(FD_IN, RW), private;

    if (*word(at) != 1)
        return 1;
    *word(at + 4) = 2;
    if (object_map(FD_OUT, 0, 1, RW, 0).error != ERR_NO_ACCESS)
        return 2;
    private = mapped(FD_OUT, PRIVATE);
    *word(private) = 99;
    if (*word(at) != 1 || *word(private + 4) != 2)
        return 3;
    *word(at + 8) = 3;
    return *word(private + 8) == 0 && *word(mapped(FD_OUT, 0) + 8) == 3 ? 7 : 4;
}

static uint32_t
give(void)
{
    struct result object = object_new(OBJECT_SHARED, 2);
    uint32_t buffer[4];
    struct outgoing out;
    struct incoming in;

    *word(mapped(object.value, RW)) = 77;
    outgoing_start(&out, buffer, sizeof(buffer));
    put_descriptor(&out, object.value, RIGHTS_ALL, false);
    return ask(GIVE, FD_IN, &out, &in).error ? 1 : 7;
}

static uint32_t
protected(void)
{
    uint32_t at = object_map(FD_IN, 0, 3, RW, 0).value;

    *word(at + PAGE) = 5;
    if (map_protect(at + PAGE, 1, 0).error || *word(at + PAGE) != 5)
        return 1;
    *word(at) = *word(at + 2 * PAGE) = 6;
    if (map_protect(at + PAGE, 1, RW).error || ++*word(at + PAGE) != 6)
        return 2;
    map_protect(at + PAGE, 1, 0);
    return ++*word(at + PAGE);
}

static uint32_t
take(uint32_t pages)
{
    uint32_t at = object_map(object_new(OBJECT_SHARED, pages).value, 0, pages, RW, 0).value;

    for (uint32_t i = 0; i < pages; i++)
        *word(at + i * PAGE) = i;
    return 7;
}

static uint32_t
child(const char *what)
{
    if (strcmp(what, "share") == 0)
        return share();
    if (strcmp(what, "give") == 0)
        return give();
    if (strcmp(what, "protected") == 0)
        return protected();
    if (strcmp(what, "read-only") == 0)
        return *word(mapped(FD_OUT, 0)) = 1;
    if (strcmp(what, "behind") == 0)
        return *word(object_map(FD_IN, 0, 9, RW, 0).value + 8 * PAGE);
    if (strcmp(what, "much") == 0)
        return take(300);
    return *word(mapped(FD_IN, RW)); /* whatever is there */
}

/* --- As the first program. */

static struct result
start(const char *what, uint32_t object)
{
    uint32_t reader = object ? descriptor_duplicate(object, RIGHT_READ | RIGHT_COPY, 0).value : 0;
    char *argv[] = {HERE, (char *)what, NULL};
    struct spawn s = {.argv = argv, .domain = "small", .fd = {[FD_PM] = FD_PM, [FD_IN] = object, [FD_OUT] = reader}};
    struct result r = spawn_image(self.data, self.size, &s);

    if (reader)
        descriptor_close(reader);
    return r;
}

static void
finish(const char *what, uint32_t process)
{
    struct process_view view;

    child_wait(process, &view);
    descriptor_close(process);
    report(what, "%u %u", view.end, view.status);
}

static void
run(const char *what, uint32_t object)
{
    finish(what, start(what, object).value);
}

static void
stat_of(const char *name, uint32_t object)
{
    struct object_view v = {0};
    struct result r = object_stat(object, &v);

    report(name, "%x %u %u %u %u", r.error, v.kind, v.pages, v.resident, v.mappings);
}

static void
shared(void)
{
    uint32_t object = object_new(OBJECT_SHARED, 4).value, at = object_map(object, MEMORY, 4, RW, 0).value;

    *word(at) = 1;
    run("share", object);
    report("shared", "%u %u %u", *word(at), *word(at + 4), *word(at + 8));
    run("read-only", object);
    run("protected", object);
    report("protected", "%u %u %u", *word(at), *word(at + PAGE), *word(at + 2 * PAGE));
    run("behind", object);
    stat_of("stat", object);
    unmap(at, 4);
    object_delete(object);
    stat_of("stale", object);
    report("stale", "%x", object_map(object, 0, 1, 0, 0).error);
    descriptor_close(object);
}

/* Who writes to a page has his own; the others see what the object has. */
static void
copies(void)
{
    uint32_t object = object_new(OBJECT_SHARED, 2).value, at[3];

    for (uint32_t i = 0; i < 3; i++)
        at[i] = object_map(object, 0, 2, i ? PRIVATE : RW, 0).value;
    *word(at[0]) = 10;
    *word(at[1]) = 11;
    report("copies", "%u %u %u", *word(at[0]), *word(at[1]), *word(at[2]));
    *word(at[0]) = 12;
    report("copies", "%u %u %u", *word(at[0]), *word(at[1]), *word(at[2]));
    report("advice", "%x", map_advise(at[1], 2, 4).error);
    map_advise(at[1], 2, ADVICE_DONT_NEED);
    report("copies", "%u %u %u", *word(at[0]), *word(at[1]), *word(at[2]));
    object_delete(object);
    *word(at[0] + PAGE) = 13; /* it stays, and can still grow up to its end */
    report("deleted", "%u %u", *word(at[0]), *word(at[2] + PAGE));
    for (uint32_t i = 0; i < 3; i++)
        unmap(at[i], 2);
    descriptor_close(object);
    at[0] = map(0, 1, RW).value;
    *word(at[0]) = 14;
    map_advise(at[0], 1, ADVICE_DONT_NEED);
    report("zeros", "%u", *word(at[0]));
    unmap(at[0], 1);
}

static void
resized(void)
{
    uint32_t object = object_new(OBJECT_SHARED, 1).value, at = object_map(object, 0, 3, RW, 0).value, writer;

    object_resize(object, 3);
    *word(at + 2 * PAGE) = 20;
    object_resize(object, 1);
    stat_of("cut", object);
    object_resize(object, 3);
    report("grown", "%u", *word(at + 2 * PAGE));
    writer = descriptor_duplicate(object, RIGHT_READ | RIGHT_WRITE | RIGHT_COPY, 0).value;
    report("writer", "%x %x", object_resize(writer, 0).error, object_delete(writer).error);
    unmap(at, 3);
    object_delete(object);
    descriptor_close(object);
    descriptor_close(writer);
}

/* An object whose owner ends while it is mapped here. */
static void
inherited(void)
{
    uint32_t door = door_new("", false, 1, 0).value, buffer[16], object, at, process = start("give", door).value;
    struct message m = receive(door, buffer, sizeof(buffer), 0);
    struct incoming in;
    struct outgoing out;

    incoming_start(&in, buffer, m.sizes);
    object = get_descriptor(&in).number;
    incoming_end(&in);
    at = object_map(object, 0, 2, RW, 0).value;
    reply_start(&out, buffer, sizeof(buffer), m.sizes);
    put_result(&out, 0);
    reply(m.cookie, buffer, outgoing_sizes(&out));
    finish("give", process);
    *word(at + PAGE) = 78;
    report("inherited", "%u %u %x", *word(at), *word(at + PAGE), object_map(object, 0, 1, 0, 0).error);
    unmap(at, 2);
    descriptor_close(object);
    report("forged", "%x %x", object_map(door, 0, 1, 0, 0).error, object_map(FD_PM, 0, 1, 0, 0).error);
    descriptor_close(door);
}

static void
refused(void)
{
    uint32_t object = object_new(OBJECT_SHARED, 2).value, number, made = 0;
    static const struct { uint32_t address, pages, flags, first; } odd[] = {
        {0, 0, 0, 0}, {0, -1, 0, 0}, {0, OBJECT_PAGES_MAX + 1, 0, 0}, {0xfffff000, 1, 0, 0}, {0xbffff000, 2, 0, 0},
        {0, 1, 0, -1}, {0, 2, 0, OBJECT_PAGES_MAX + 1}, {MEMORY + 1, 1, 0, 0}, {START_PAGE, 1, 0, 0}, {0, 1, 4, 0},
        {0x1000, 0x100000, 0, 0}, {MEMORY, 0x80000000u, 0, 0},
    };

    for (uint32_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
        report("odd", "%x", object_map(object, odd[i].address, odd[i].pages, odd[i].flags, odd[i].first).error);
    report("ranges", "%x %x %x", map_protect(0xfffff000, 2, 0).error, map_advise(MEMORY, 1, 0).error, map_sync(0, 1).error);
    report("sizes", "%x %x", object_resize(object, OBJECT_PAGES_MAX + 1).error, object_new(OBJECT_SHARED, -1).error);
    report("kinds", "%x %x %x", object_new(0, 1).error, object_new_ram_disk(1, &number).error, object_new(OBJECT_FILE, 1).error);
    report("powers", "%x %x", page_window(MEMORY, 1).error, wire(MEMORY, 1, &number).error);
    report("nowhere", "%x %x", page_open(0, 0, 0).error, page_done(0, PAGE_FILLED).error);
    while (made < 1000 && !object_new(OBJECT_SHARED, 1).error)
        made++;
    report("most", "%u", made);
    run("much", 0);
}

int
main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (argc > 1 && strcmp(argv[0], HERE) == 0)
        return child(argv[1]);
    tar_find((const void *)AT, archive_map(AT).value, "bin/objects", &self);
    shared();
    copies();
    resized();
    inherited();
    refused();
    report_end();
}
