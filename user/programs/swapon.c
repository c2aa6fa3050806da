/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gives the process manager a partition, for pages that memory has no room for.
 */
#include "sys/disk.h"
#include "sys/manager.h"
#include "sys/object.h"
#include "sys/options.h"

#define BUFFER_PAGES 16 /* of what is under way at once */
#define SECTORS      8  /* of a page */

/* Error 0, or why not.  What was opened for it the manager has, if it takes it. */
static struct result
swap_to(const char *name)
{
    struct result r = object_new(OBJECT_SHARED, BUFFER_PAGES), server, disk;
    uint32_t sectors, rest;

    server = name_resolve(DISK_NAME, &rest);
    if (r.error || server.error)
        return r.error ? r : server;
    disk = disk_open(server.value, name, true, r.value, &sectors);
    return disk.error ? disk : swap_use(sectors / SECTORS, disk.value, r.value);
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "partition");
    uint32_t error = swap_to(o.operand[0]).error;

    return error ? failed(o.operand[0], error) : 0;
}
