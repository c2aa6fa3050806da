/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Transfers, by DMA or sector by sector: see transfer.h.
 */
#include "transfer.h"

#include "abi/disk.h"
#include "ata.h"
#include "dma.h"
#include "identify.h"

#define DATA_LIMIT  1000 /* milliseconds until a drive wants the first sector that is written */
#define READY_LIMIT 1000
#define WHOLE_LIMIT 5000

static struct transfer now;
static uint32_t moved; /* sectors */

static uint8_t *
place(void)
{
    return now.memory + now.offset + moved * DISK_SECTOR;
}

static bool
by_dma(void)
{
    return drives[now.drive].dma && now.operation != DISK_SETTLE;
}

static enum progress
start_dma(void)
{
    dma_prepare(now.pages, now.offset, now.sectors * DISK_SECTOR, now.operation == DISK_IN);
    if (!ata_command(now.drive, now.operation, now.sector, now.sectors))
        return FAILED;
    dma_go();
    return GOES_ON;
}

/* It asks for attention when a sector is written, and not before the first one. */
static enum progress
first_out(void)
{
    if ((ata_wait(DATA_LIMIT) & (ATA_BUSY | ATA_DATA)) != ATA_DATA)
        return FAILED;
    ata_put(place());
    return GOES_ON;
}

static enum progress
start(const struct transfer *t)
{
    if (!drives[t->drive].there)
        return FAILED;
    if (t->operation == DISK_SETTLE && !drives[t->drive].settles)
        return DONE;
    if (by_dma())
        return start_dma();
    if (!ata_command(t->drive, t->operation, t->sector, t->sectors))
        return FAILED;
    return t->operation == DISK_OUT ? first_out() : GOES_ON;
}

enum progress
transfer_start(const struct transfer *t)
{
    if (drives[t->drive].there && ata_wait(READY_LIMIT) & (ATA_BUSY | ATA_DATA)) /* it is still at what has failed */
        transfer_abort();
    now = *t;
    moved = 0;
    return start(t);
}

static enum progress
step_dma(void)
{
    bool whole;

    if (!dma_ended())
        return GOES_ON;
    whole = dma_stop();
    return whole && !(ata_status() & (ATA_BUSY | ATA_DATA | ATA_ERROR | ATA_FAULT)) ? DONE : FAILED;
}

/* A sector has come, and the drive may have more; or it has taken one. */
static enum progress
next_sector(void)
{
    if (now.operation == DISK_IN)
        ata_get(place());
    moved++;
    if (now.operation == DISK_OUT && moved < now.sectors)
        ata_put(place());
    return moved == now.sectors ? DONE : GOES_ON;
}

/* Does the drive want what we think it wants? */
static bool
wants(uint8_t status)
{
    bool data = now.operation == DISK_IN || (now.operation == DISK_OUT && moved + 1 < now.sectors);

    return data == !!(status & ATA_DATA);
}

static enum progress
step_data(void)
{
    uint8_t status = ata_status();

    if (status & ATA_BUSY)
        return GOES_ON;
    if (status & (ATA_ERROR | ATA_FAULT) || !wants(status))
        return FAILED;
    return now.operation == DISK_SETTLE ? DONE : next_sector();
}

enum progress
transfer_step(void)
{
    return by_dma() ? step_dma() : step_data();
}

void
transfer_abort(void)
{
    if (by_dma())
        dma_stop();
    identify_all();
    ata_interrupts(true);
}

bool
transfer_whole(const struct transfer *t)
{
    enum progress progress = transfer_start(t);

    while (progress == GOES_ON)
        progress = ata_wait(WHOLE_LIMIT) == ATA_BUSY ? FAILED : transfer_step();
    return progress == DONE;
}
