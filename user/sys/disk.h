/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Disks by name: abi/disk.h, one message each.
 */
#pragma once

#include "message.h"

#include "abi/disk.h"

/* `server`: a descriptor of /dev/disk.  The disk of this index. */
struct result disk_list(uint32_t server, uint32_t index, struct disk_view *view);

/*
 * Value: a descriptor of that disk or partition, for reading, or for both, through the object's pages.  `*sectors`: how many it has.
 * Waits until the buffer is in memory.
 */
struct result disk_open(uint32_t server, const char *name, bool writable, uint32_t object, uint32_t *sectors);

struct result disk_read(uint32_t disk, uint32_t sector, uint32_t sectors, uint32_t offset);
struct result disk_write(uint32_t disk, uint32_t sector, uint32_t sectors, uint32_t offset);
struct result disk_flush(uint32_t disk);
struct result disk_close(uint32_t disk);
