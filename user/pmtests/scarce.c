/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects while memory is short.  The first process, whose own memory always stays, starts the driver of disks and
 * gives the manager a disk to swap to; `scarce work` does the work, and says what it saw in an object that is its FD_IN;
 * `scarce touch` touches all of another one, `scarce keep` copies of it that are its own; both are killed
 * meanwhile.  The archive has disk and this program.
 */
#include "sys/child.h"
#include "sys/disk.h"
#include "sys/object.h"
#include "sys/sleep.h"
#include "sys/spawn.h"

#include "tar.h"
#include "test.h"

#define AT      0x60000000u
#define PAGE    4096u
#define HERE    "scarce"
#define RW      MEMORY_WRITABLE
#define PRIVATE (MEMORY_WRITABLE | MAP_PRIVATE)
#define SHARED  200u  /* pages of the object */
#define MUCH    2200u /* more than there is memory for */
#define KILLED  8u

enum { SEEN_WRONG, SEEN_OUT, SEEN_COPIED, SEEN_OTHERS, SEEN_EATEN, SEEN_STALE, SEEN_KILLED, SEEN_TOUCHED, SEEN };

static volatile uint32_t *seen;

static volatile uint32_t *
word(uint32_t address, uint32_t page)
{
    return (volatile uint32_t *)(address + page * PAGE);
}

static uint32_t
swapped(uint32_t object)
{
    struct object_view view = {0};

    object_stat(object, &view);
    return view.swapped;
}

/* All of it is written, and then looked at: what others have goes to the disk.  How many pages were wrong. */
static uint32_t
eat(uint32_t at, uint32_t salt)
{
    uint32_t wrong = 0;

    for (uint32_t i = 0; i < MUCH; i++)
        *word(at, i) = i ^ salt;
    for (uint32_t i = 0; i < MUCH; i++)
        wrong += *word(at, i) != (i ^ salt);
    return wrong;
}

static struct result
start(const char *what, const char *domain, uint32_t object)
{
    char *argv[] = {HERE, (char *)what, NULL};
    struct spawn s = {.argv = argv, .domain = domain, .fd = {[FD_PM] = FD_PM, [FD_IN] = object}};
    struct tar_member self;

    s.held = strcmp(what, "work") != 0;
    tar_find((const void *)AT, archive_map(AT).value, "bin/scarce", &self);
    return spawn_image(self.data, self.size, &s);
}

/* --- The work. */

/* Each even page is copied, when the object's has been on the disk; then that is there no more. */
static void
copy_after_swap(uint32_t much)
{
    uint32_t object = object_new(OBJECT_SHARED, SHARED).value, at = object_map(object, 0, SHARED, RW, 0).value;
    uint32_t private = object_map(object, 0, SHARED, PRIVATE, 0).value;

    for (uint32_t i = 0; i < SHARED; i++)
        *word(at, i) = i + 1;
    seen[SEEN_EATEN] += eat(much, 1);
    seen[SEEN_OUT] = swapped(object);
    for (uint32_t i = 0; i < SHARED; i += 2)
        *word(private, i) += 1000;
    seen[SEEN_EATEN] += eat(much, 2);
    for (uint32_t i = 0; i < SHARED; i++) {
        seen[SEEN_WRONG] += *word(at, i) != i + 1;
        seen[SEEN_COPIED] += *word(private, i) == i + 1001;
        seen[SEEN_OTHERS] += *word(private, i) == i + 1;
    }
    seen[SEEN_EATEN] += eat(much, 3);
    unmap(private, SHARED);
    object_delete(object);
    seen[SEEN_STALE] = object_map(object, 0, 1, 0, 0).error;
    for (uint32_t i = 0; i < SHARED; i += 3)
        seen[SEEN_WRONG] += *word(at, i) != i + 1; /* it stays, wherever it is */
    unmap(at, SHARED);
    descriptor_close(object);
}

/* Others end while they wait for a page; the one who does not sees all of it. */
static void
end_while_it_comes(uint32_t much)
{
    uint32_t object = object_new(OBJECT_SHARED, SHARED).value, at = object_map(object, 0, SHARED, RW, 0).value;
    struct process_view view;

    for (uint32_t i = 0; i < SHARED; i++)
        *word(at, i) = i + 1;
    for (uint32_t i = 0; i <= KILLED; i++) {
        struct result r = start(i % 2 ? "keep" : "touch", "", object);

        if (i % 2)
            child_start(r.value);
        seen[SEEN_EATEN] += eat(much, 4 + i);
        if (i % 2 == 0)
            child_start(r.value);
        if (i < KILLED) {
            sleep_milliseconds(i % 4);
            seen[SEEN_KILLED] += !child_kill(r.value).error;
        }
        child_wait(r.value, &view);
        seen[SEEN_WRONG] += i < KILLED && view.end != END_KILL;
        descriptor_close(r.value);
    }
    seen[SEEN_TOUCHED] = view.status;
    unmap(at, SHARED);
    object_delete(object);
}

static uint32_t
work(void)
{
    uint32_t much = map(0, MUCH, RW).value;

    seen = word(object_map(FD_IN, 0, 1, RW, 0).value, 0);
    copy_after_swap(much);
    end_while_it_comes(much);
    return unmap(much, MUCH).error ? 1 : 7;
}

static uint32_t
touch(void)
{
    uint32_t at = object_map(FD_IN, 0, SHARED, RW, 0).value, right = 0;

    for (uint32_t i = 0; i < SHARED; i++)
        right += *word(at, i) == i + 1;
    return right;
}

static uint32_t
keep(void)
{
    uint32_t at = object_map(FD_IN, 0, SHARED, PRIVATE, 0).value;

    for (uint32_t round = 0;; round++) {
        for (uint32_t i = 0; i < SHARED; i++)
            if ((*word(at, i) += 1) != i + round + 2)
                process_exit(1);
        sleep_milliseconds(5);
    }
}

/* --- The first process. */

static bool
start_swap(void)
{
    char *argv[] = {"disk", NULL};
    struct spawn s = {.argv = argv, .domain = "disk"};
    uint32_t buffer = object_new(OBJECT_SHARED, 16).value, sectors, rest;
    struct tar_member driver;
    struct result r;

    if (!tar_find((const void *)AT, archive_map(AT).value, "bin/disk", &driver) || spawn_image(driver.data, driver.size, &s).error)
        return false;
    while ((r = name_resolve(DISK_NAME, &rest)).error)
        yield();
    r = disk_open(r.value, "disk0", true, buffer, &sectors);
    if (!r.error)
        r = swap_use("disk0", sectors / (PAGE / DISK_SECTOR), r.value, buffer);
    report_result("swap", r);
    return !r.error;
}

static void
report_memory(const char *name)
{
    struct memory_counts c;

    sleep_milliseconds(100);
    memory_look(&c);
    report(name, "%u %u %u %u", c.slots_used, c.private, c.shared, c.frames_free);
}

int
main(int argc, char **argv, char **envp)
{
    uint32_t object;
    struct process_view view;
    struct result r;

    (void)envp;
    if (argc > 1 && strcmp(argv[0], HERE) == 0)
        return strcmp(argv[1], "work") == 0 ? work() : strcmp(argv[1], "keep") == 0 ? keep() : touch();
    if (!start_swap())
        return 1;
    object = object_new(OBJECT_SHARED, 1).value;
    seen = word(object_map(object, 0, 1, RW, 0).value, 0);
    seen[SEEN] = 0;
    report_memory("before");
    r = start("work", "small", object);
    child_wait(r.value, &view);
    report("work", "%x %u %u", r.error, view.end, view.status);
    for (uint32_t i = 0; i < SEEN; i++)
        report("seen", "%x", seen[i]);
    report_memory("after");
    report_end();
}
