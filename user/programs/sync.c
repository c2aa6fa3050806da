/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What has been written is on the disk, of a file, or of all of a directory's file system.
 */
#include "door.h"
#include "sys/files.h"
#include "sys/options.h"

static uint32_t
sync(const char *path)
{
    struct result file = file_open(path, 0), r;

    if (file.error)
        return failed(path, file.error);
    r = file_sync(file.value);
    descriptor_close(file.value);
    return r.error ? failed(path, r.error) : 0;
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "[path ...]");
    uint32_t status = 0;

    if (!o.operands)
        return sync("/disk");
    for (uint32_t i = 0; i < o.operands; i++)
        status |= sync(o.operand[i]);
    return status;
}
