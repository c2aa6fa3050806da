/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes come and go, a thousand of them; then all memory is taken and
 * given back, twice.
 */
#include "process.h"
#include "test.h"

#define PROCESSES 1000
#define HOME      0x40000000u

void spin(void);
__asm__("spin: jmp spin\n");

/* One that has memory in two tables, a shared page, and two threads. */
static bool
come_and_go(void)
{
    uint32_t entry = 0xbffff000 + (uint32_t)spin % 4096;
    struct result r = process_create();

    if (r.error || memory_map(r.value, 0x083ff000, 2, MEMORY_WRITABLE).error
        || memory_share(r.value, 0xbffff000, 1, 0, DESCRIPTOR_ROOT, (uint32_t)spin & ~0xfffu).error
        || process_start(r.value, entry, 0, 0).error || process_start(r.value, entry, 0, 0).error)
        return false;
    return process_delete(r.value).error == 0;
}

/* Takes all pages there are; answers with their number. */
static uint32_t
take_all(uint32_t *error)
{
    uint32_t taken = 0;
    struct result r;

    while ((r = memory_map(DESCRIPTOR_ROOT, HOME + taken * 4096, 1, MEMORY_WRITABLE)).error == 0)
        taken++;
    *error = r.error & 0xff;
    return taken;
}

static void
give_all(uint32_t taken)
{
    for (uint32_t i = 0; i < taken; i++)
        memory_unmap(DESCRIPTOR_ROOT, HOME + i * 4096, 1);
}

int
main(const struct boot_info *info)
{
    uint32_t before = frames_free(), created = 0, taken, error;

    call_by_sysenter = info->sysenter;
    while (created < PROCESSES && come_and_go())
        created++;
    report("before", "%u", before);
    report("created", "%u", created);
    report("frames", "%u", frames_free());
    taken = take_all(&error);
    report("full", "%x %x", error, process_create().error & 0xff);
    report("taken", "%u", taken);
    give_all(taken);
    report("after", "%u", frames_free());
    taken = take_all(&error);
    report("again", "%u", taken);
    report_end();
}
