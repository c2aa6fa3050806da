/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of the boot archive: see archive.h.
 */
#include "archive.h"

#include "sys/manager.h"

#define ARCHIVE 0x20000000u /* where it is mapped */

static uint32_t archive_size;

bool
archive_open(void)
{
    struct result r = archive_map(ARCHIVE);

    if (!r.error)
        archive_size = r.value;
    return !r.error;
}

bool
archive_find(const char *name, struct tar_member *file)
{
    return tar_find((const void *)ARCHIVE, archive_size, name, file);
}
