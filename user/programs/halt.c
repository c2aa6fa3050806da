/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Switches the machine off.  Nothing is asked, and nobody is told.
 */
// SINCE swap
#include "sys/files.h"
// END swap
#include "sys/manager.h"
#include "sys/options.h"
// SINCE swap

/* What has been written is on the disk, if there is one. */
static void
sync(void)
{
    struct result r = file_open("/disk", 0);

    if (!r.error)
        file_sync(r.value);
}
// END swap

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "[status]");

    // SINCE swap
    sync();
    // END swap
    return failed("the machine", machine_halt(o.operands ? number_of(o.operand[0]) : 0).error);
}
