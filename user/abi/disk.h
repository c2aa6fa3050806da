/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Disks.  Who opens one gives a shared memory object, its buffer, with the descriptors; requests say where in it the
 * bytes are.  So no byte is copied by a message, and a disk can read and write memory by itself.
 */
#pragma once

#include "abi/door.h"

#define DISK_NAME "/dev/disk"

#define DISK_SECTOR     512u
#define DISK_BUFFER_MAX 64u /* pages of a buffer */
#define DISK_SECTORS_MAX 128u /* in one request */

/* On /dev/disk: { uint32_t index } -> struct disk_view, of this one; ERR_NOT_FOUND behind the last. */
#define DISK_LIST 0x1020

struct disk_view {
    uint32_t value, error; /* 0 */
    uint32_t sectors, first; /* of a partition: where it begins on the disk */
    uint32_t type;           /* of a partition: as its table says; of a disk 0 */
    uint32_t dma;            /* 1: the disk reads and writes memory by itself */
    char name[16];           /* "disk0", "disk0p1" */
    char model[44];
};

/*
 * { text name; descriptor object } -> value: sectors; descriptor: of that disk or partition, with this buffer, and READ; or with
 * READ and WRITE.  A server does not know the rights of its caller, only the class of the function: so there are two.  The object
 * is shared memory, at most DISK_BUFFER_MAX pages of it, and can be written.  An attachment lasts until the buffer's owner ends or
 * deletes it, or DISK_CLOSE.  ERR_NOT_FOUND, ERR_LIMIT; ERR_RANGE: no such buffer.  ERR_PHASE: some of the buffer is not in memory, and comes
 * from a disk; try again.
 */
#define DISK_OPEN       0x102c
#define DISK_OPEN_WRITE 0x1055

/* --- On what was opened. */

/*
 * { uint32_t sector, sectors, offset }: from the disk to the buffer, or from there to the disk; offset: bytes, a multiple of DISK_SECTOR.
 * -> value: sectors.  ERR_RANGE: not on the disk, or not in the buffer.  ERR_DISK: it says that it cannot, or it says nothing.
 * ERR_LIMIT: too many wait already.  Blocks; requests are done in the order in which they come.
 */
#define DISK_READ  0x1034
#define DISK_WRITE 0x103d

/* All that has been written before is on the disk, and not only in a memory of its own.  ERR_DISK.  Blocks. */
#define DISK_FLUSH 0x1045

/* The attachment is gone; what has been asked for before is still done. */
#define DISK_CLOSE 0x1048
