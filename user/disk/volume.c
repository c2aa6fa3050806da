/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Disks and partitions: see volume.h.
 */
#include "volume.h"

#include "ata.h"
#include "call.h"
#include "partition.h"
#include "text.h"
#include "transfer.h"

static struct volume volumes[DRIVES * (1 + PARTITIONS_MAX)];
static uint32_t count;

/* The first sectors are read through memory of the driver's own, a sector at a time. */
static bool
read_sector(void *context, uint32_t sector, uint8_t *to)
{
    const struct transfer t = {.drive = *(const uint32_t *)context, .operation = DISK_IN, .sector = sector, .sectors = 1, .memory = to};
    bool dma = drives[t.drive].dma, whole;

    drives[t.drive].dma = false;
    whole = transfer_whole(&t);
    drives[t.drive].dma = dma;
    return whole;
}

static void
complain(void *context, uint32_t number, const char *what)
{
    char line[80];
    uint32_t length = snprintf(line, sizeof(line), "disk: disk%up%u %s\n", *(const uint32_t *)context, number, what);

    console_write(line, length);
}

static void
add(struct volume v, uint32_t number)
{
    if (number)
        snprintf(v.name, sizeof(v.name), "disk%up%u", v.drive, number);
    else
        snprintf(v.name, sizeof(v.name), "disk%u", v.drive);
    volumes[count++] = v;
}

static void
add_drive(uint32_t drive)
{
    struct partition partition[PARTITIONS_MAX];
    const struct partition_disk disk = {drives[drive].sectors, read_sector, complain, &drive};
    uint32_t partitions = partition_read(&disk, partition);

    add((struct volume){drive, 0, drives[drive].sectors, 0, ""}, 0);
    for (uint32_t i = 0; i < partitions; i++)
        add((struct volume){drive, partition[i].first, partition[i].sectors, partition[i].type, ""}, partition[i].number);
}

void
volumes_find(void)
{
    for (uint32_t i = 0; i < DRIVES; i++)
        if (drives[i].there)
            add_drive(i);
}

const struct volume *
volume_at(uint32_t index)
{
    return index < count ? &volumes[index] : NULL;
}

const struct volume *
volume_named(const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(volumes[i].name, name) == 0)
            return &volumes[i];
    return NULL;
}
