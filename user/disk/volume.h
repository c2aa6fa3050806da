/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be opened: disks, and their partitions.
 */
#pragma once

#include "abi/disk.h"
#include "disk.h"

struct volume {
    uint32_t drive;
    uint32_t first, sectors;
    uint32_t type; /* 0: the whole disk */
    char name[16];
};

/* All drives are there, and there are no interrupts yet. */
void volumes_find(void);

/* NULL: there is none. */
const struct volume *volume_at(uint32_t index);
const struct volume *volume_named(const char *name);
