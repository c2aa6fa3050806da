/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What memory management does: all that there is, and has happened since the boot; or with -n, in each second of so many, what
 * changes most.  A window has 80 columns.
 */
#include "sys/columns.h"
#include "sys/object.h"
#include "sys/options.h"
#include "sys/sleep.h"
#include "sys/stdio.h"

#define HEADER_EVERY 20 /* lines */

static void
show(const struct memory_counts *m)
{
    puts("   free    own shared    ram   file  dirty   swap");
    printf("%7u%7u%7u%7u%7u%7u%7u\n", m->frames_free, m->private, m->shared, m->ram_disk, m->file, m->dirty, m->slots_used);
    puts(" faults   zero   copy   fill  clean     in    out   looked waited");
    printf("%7u%7u%7u%7u%7u", m->faults, m->zeroed, m->copied, m->filled, m->cleaned);
    printf("%7u%7u%9u%7u\n", m->swapped_in, m->swapped_out, m->looked, m->waited);
}

/* What there is, and what has happened since `old`. */
static void
show_since(const struct memory_counts *old, const struct memory_counts *m)
{
    printf("%5u%6u%6u%6u%6u", m->frames_free, m->private, m->file, m->dirty, m->slots_used);
    printf("%7u%6u%6u", m->faults - old->faults, m->zeroed - old->zeroed, m->copied - old->copied);
    printf("%6u%6u", m->filled - old->filled, m->cleaned - old->cleaned);
    printf("%6u%6u%7u\n", m->swapped_in - old->swapped_in, m->swapped_out - old->swapped_out, m->waited - old->waited);
}

static void
watch(struct memory_counts old, uint32_t seconds)
{
    struct memory_counts new;

    for (uint32_t n = 0; n < seconds; n++, old = new) {
        if (n % HEADER_EVERY == 0)
            puts(" free   own  file dirty  swap faults  zero  copy  fill clean    in   out waited");
        sleep_milliseconds(1000);
        if (memory_look(&new).error)
            return;
        show_since(&old, &new);
    }
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "[-n seconds]");
    struct memory_counts counts;
    uint32_t error = memory_look(&counts).error;

    if (error)
        return failed("the process manager", error);
    if (o.number)
        watch(counts, o.number);
    else
        show(&counts);
    return 0;
}
