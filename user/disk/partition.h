/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of partitions of a PC's disk: four in its first sector; one of them may hold more, in a chain of sectors
 * that look like that one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PARTITIONS_MAX 15

struct partition {
    uint32_t number; /* 1 to 4, and from 5 on those in the chain */
    uint32_t type;
    uint32_t first, sectors;
};

/* What tables are read from, and who hears of what is wrong in them, which is left out. */
struct partition_disk {
    uint32_t sectors;
    bool (*read)(void *context, uint32_t sector, uint8_t *to);
    void (*complain)(void *context, uint32_t number, const char *what);
    void *context;
};

/* How many there are: none is empty, none goes over the end of the disk, no two have a sector in common. */
uint32_t partition_read(const struct partition_disk *disk, struct partition to[PARTITIONS_MAX]);
