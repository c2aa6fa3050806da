/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gives the process manager a partition, for pages that memory has no room for; or gives it once more, when the driver of disks has
 * ended, and been started again.
 */
#include "sys/disk.h"
#include "sys/manager.h"
#include "sys/object.h"
#include "sys/options.h"
#include "sys/sleep.h"

#define SECTORS 8  /* of a page */
#define PAUSE   20 /* milliseconds, until what was under way for the old driver has ended */

/* Error 0, or why not.  What was opened for it the manager has, if it takes it. */
static struct result
swap_to(const char *name)
{
    struct result object = object_new(OBJECT_SHARED, SWAP_BUFFER), server, disk, r;
    uint32_t sectors, rest;

    server = name_resolve(DISK_NAME, &rest);
    if (object.error || server.error)
        return object.error ? object : server;
    disk = disk_open(server.value, name, true, object.value, &sectors);
    if (disk.error)
        return disk;
    while ((r = swap_use(name, sectors / SECTORS, disk.value, object.value)).error == ERR_PHASE)
        sleep_milliseconds(PAUSE);
    return r;
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "partition");
    uint32_t error = swap_to(o.operand[0]).error;

    return error ? failed(o.operand[0], error) : 0;
}
