/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who has the machine's memory.
 */
#include "sys/columns.h"
#include "sys/manager.h"
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
    show(used, "used, of which");
    for (uint32_t number = 0; !process_next(number, &view).error; number = view.number + 1)
        show(view.pages, view.name);
    return 0;
}
