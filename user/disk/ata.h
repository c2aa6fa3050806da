/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registers of the first channel, its drives, and the commands that they get.  (ATA/ATAPI-6, T13 1410D.)
 */
#pragma once

#include "disk.h"

#define ATA_PORTS       0x1f0
#define ATA_PORT_COUNT  8
#define ATA_CONTROL     0x3f6
#define ATA_IRQ         14

/* Of the status. */
#define ATA_ERROR 0x01
#define ATA_DATA  0x08 /* a sector is to be read or written */
#define ATA_FAULT 0x20
#define ATA_READY 0x40
#define ATA_BUSY  0x80 /* the other bits say nothing */

struct drive {
    bool there;   /* it answers */
    bool dma;     /* it, and the controller, do without us */
    bool long_addresses; /* of 48 bits */
    bool settles; /* it has a command for that */
    uint32_t sectors;
    char model[44];
};

extern struct drive drives[DRIVES];

/* Both drives are as after power-on, and ask for nothing.  False: nobody is there, or who is does not come back. */
bool ata_reset(void);

/* From now on the channel interrupts, or not. */
void ata_interrupts(bool wanted);

/* The drive, that does nothing, begins.  False: it is busy, for too long. */
bool ata_command(uint32_t drive, enum operation operation, uint32_t sector, uint32_t sectors);

/* The same for a command without an address. */
bool ata_simple(uint32_t drive, uint8_t command, uint8_t feature, uint8_t count);

/* Waits until the drive is not busy any more, at most so many milliseconds.  The status; ATA_BUSY if it still is. */
uint8_t ata_wait(uint32_t milliseconds);

/* The status; the drive asks for attention no more. */
uint8_t ata_status(void);

/* A sector of DISK_SECTOR bytes. */
void ata_get(void *to);
void ata_put(const void *from);
