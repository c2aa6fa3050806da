/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who has the machine's memory.
 */
#include "sys/columns.h"
#include "sys/manager.h"
// SINCE swap
#include "sys/object.h"
// END swap
#include "sys/options.h"
#include "sys/stdio.h"

#define BAR   40
#define FRAME 4 /* KiB */

static uint32_t frames; /* of the machine */

static void
show(uint32_t pages, const char *name)
{
    printf("%7u KiB ", pages * FRAME);
    put_bar(pages, frames, BAR);
    printf(" %s\n", name);
}

// SINCE swap
static void
show_disk(void)
{
    struct memory_counts counts;

    if (!memory_look(&counts).error)
        show(counts.slots_used, "on the swap device");
}

// END swap
/* Pages that processes share are counted once for each: their sum may be more than there is. */
int
main(int argc, char **argv)
{
    struct machine_view machine;
    struct process_view view;
    uint32_t error = machine_look(&machine).error, used;

    options(argc, argv, "");
    if (error)
        return failed("the process manager", error);
    frames = machine.frames;
    used = machine.frames - machine.frames_free;
    show(machine.frames_free, "free");
    // SINCE swap
    // < show(used, "used, of which");
    show(used, "used");
    show_disk();
    puts("Processes have, here or there, and what they share counts for each:");
    // END swap
    for (uint32_t number = 0; !process_next(number, &view).error; number = view.number + 1)
        show(view.pages, view.name);
    return 0;
}
