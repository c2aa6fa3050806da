/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers and commands: see ata.h.
 */
#include "ata.h"

#include "abi/disk.h"
#include "ports.h"
#include "sys/sleep.h"

/* Registers. */
#define DATA     ATA_PORTS
#define FEATURES (ATA_PORTS + 1)
#define COUNT    (ATA_PORTS + 2)
#define LOW      (ATA_PORTS + 3)
#define MIDDLE   (ATA_PORTS + 4)
#define HIGH     (ATA_PORTS + 5)
#define SELECT   (ATA_PORTS + 6)
#define STATUS   (ATA_PORTS + 7) /* read */
#define COMMAND  (ATA_PORTS + 7) /* written */

#define SELECT_ADDRESS 0xe0 /* sectors have numbers, not cylinders and heads */
#define SELECT_SECOND  0x10

/* Of the control register, where the status can be read, too, without an effect. */
#define CONTROL_QUIET 0x02
#define CONTROL_RESET 0x04

#define NOBODY 0xff

#define SETTLE      0xe7
#define SETTLE_LONG 0xea

#define SHORT_SECTORS 0x10000000u /* what is below has a short address */

#define LOOKS        2000 /* before the driver sleeps; a microsecond or less each */
#define READY_LIMIT  1000 /* milliseconds: a drive that has nothing to do */
#define RESET_LIMIT  4000

/* [operation][with DMA][with a long address] */
static const uint8_t transfers[2][2][2] = {{{0x20, 0x24}, {0xc8, 0x25}}, {{0x30, 0x34}, {0xca, 0x35}}};

struct drive drives[DRIVES];

/* The status without an effect: four times, so that a drive has had the time to put it there. */
static uint8_t
look(void)
{
    for (int i = 0; i < 3; i++)
        in8(ATA_CONTROL);
    return in8(ATA_CONTROL);
}

uint8_t
ata_wait(uint32_t milliseconds)
{
    uint8_t status = look();

    for (uint32_t i = 0; i < LOOKS && status & ATA_BUSY; i++)
        status = look();
    for (; milliseconds > 0 && status & ATA_BUSY; milliseconds--) {
        sleep_milliseconds(1);
        status = look();
    }
    return status & ATA_BUSY ? ATA_BUSY : status;
}

uint8_t
ata_status(void)
{
    return in8(STATUS);
}

void
ata_interrupts(bool wanted)
{
    out8(ATA_CONTROL, wanted ? 0 : CONTROL_QUIET);
    ata_status();
}

/* Where nobody is, all bits are ones. */
bool
ata_reset(void)
{
    if (in8(STATUS) == NOBODY)
        return false;
    out8(ATA_CONTROL, CONTROL_QUIET | CONTROL_RESET);
    sleep_milliseconds(1); /* five microseconds would do */
    out8(ATA_CONTROL, CONTROL_QUIET);
    sleep_milliseconds(2); /* until it says that it is busy */
    return ata_wait(RESET_LIMIT) != ATA_BUSY;
}

static bool
select(uint32_t drive, uint8_t more)
{
    if (ata_wait(READY_LIMIT) & (ATA_BUSY | ATA_DATA))
        return false;
    out8(SELECT, SELECT_ADDRESS | (drive ? SELECT_SECOND : 0) | more);
    return !(ata_wait(READY_LIMIT) & (ATA_BUSY | ATA_DATA));
}

static void
put_address(uint8_t count, uint8_t low, uint8_t middle, uint8_t high)
{
    out8(COUNT, count);
    out8(LOW, low);
    out8(MIDDLE, middle);
    out8(HIGH, high);
}

bool
ata_simple(uint32_t drive, uint8_t command, uint8_t feature, uint8_t count)
{
    if (!select(drive, 0))
        return false;
    out8(FEATURES, feature);
    put_address(count, 0, 0, 0);
    out8(COMMAND, command);
    return true;
}

/* The registers keep two bytes each: the upper ones come first. */
static bool
transfer(uint32_t drive, enum operation operation, uint32_t sector, uint32_t sectors)
{
    bool is_long = sector + sectors > SHORT_SECTORS;

    if (!select(drive, is_long ? 0 : sector >> 24))
        return false;
    if (is_long)
        put_address(sectors >> 8, sector >> 24, 0, 0);
    put_address(sectors, sector, sector >> 8, sector >> 16);
    out8(COMMAND, transfers[operation][drives[drive].dma][is_long]);
    return true;
}

bool
ata_command(uint32_t drive, enum operation operation, uint32_t sector, uint32_t sectors)
{
    if (operation != DISK_SETTLE)
        return transfer(drive, operation, sector, sectors);
    return ata_simple(drive, drives[drive].long_addresses ? SETTLE_LONG : SETTLE, 0, 0);
}

void
ata_get(void *to)
{
    in16_all(DATA, to, DISK_SECTOR / 2);
}

void
ata_put(const void *from)
{
    out16_all(DATA, from, DISK_SECTOR / 2);
}
