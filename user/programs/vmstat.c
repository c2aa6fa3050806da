/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What memory management has done: since the boot, and with -n in each second of so many.
 */
#include "sys/columns.h"
#include "sys/object.h"
#include "sys/options.h"
#include "sys/sleep.h"
#include "sys/stdio.h"

#define HEADER_EVERY 20 /* lines */

static void
put_header(void)
{
    puts("   free    own shared    ram   file  dirty   swap faults  zero  copy  fill clean    in   out looked waited");
}

/* What has happened since `old`; what there is, as it is. */
static void
put_line(const struct memory_counts *new, const struct memory_counts *old)
{
    printf("%7u%7u%7u%7u%7u%7u%7u", new->frames_free, new->private, new->shared, new->ram_disk, new->file, new->dirty,
           new->slots_used);
    printf("%7u%6u%6u%6u%6u", new->faults - old->faults, new->zeroed - old->zeroed, new->copied - old->copied,
           new->filled - old->filled, new->cleaned - old->cleaned);
    printf("%6u%6u%7u%7u\n", new->swapped_in - old->swapped_in, new->swapped_out - old->swapped_out,
           new->looked - old->looked, new->waited - old->waited);
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "[-n seconds]");
    struct memory_counts old = {0}, new;
    uint32_t error;

    for (uint32_t n = 0; n <= o.number; n++) {
        error = memory_look(&new).error;
        if (error)
            return failed("the process manager", error);
        if (n % HEADER_EVERY == 0)
            put_header();
        put_line(&new, &old);
        old = new;
        if (n < o.number)
            sleep_milliseconds(1000);
    }
    return 0;
}
