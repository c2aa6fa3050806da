/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Disks by name: see disk.h.
 */
#include "disk.h"

#include "abi/errors.h"
#include "request.h"
#include "sleep.h"

#define ROOM  64 /* bytes: a name, and a descriptor */
#define PAUSE 5  /* milliseconds, while pages of a buffer come */

struct result
disk_list(uint32_t server, uint32_t index, struct disk_view *view)
{
    view->value = index;
    return ask_view(DISK_LIST, server, view, sizeof(*view), sizeof(index));
}

static struct result
try_open(uint32_t server, const char *name, bool writable, uint32_t object, uint32_t *sectors)
{
    uint8_t buffer[ROOM];
    struct outgoing out;

    outgoing_start(&out, buffer, sizeof(buffer));
    put_text(&out, name);
    put_descriptor(&out, object, RIGHTS_ALL & ~RIGHT_MOVE, false);
    return ask_descriptor(writable ? DISK_OPEN_WRITE : DISK_OPEN, server, &out, sectors);
}

struct result
disk_open(uint32_t server, const char *name, bool writable, uint32_t object, uint32_t *sectors)
{
    struct result r;

    while ((r = try_open(server, name, writable, object, sectors)).error == ERR_PHASE)
        sleep_milliseconds(PAUSE);
    return r;
}

struct result
disk_read(uint32_t disk, uint32_t sector, uint32_t sectors, uint32_t offset)
{
    return ASK(DISK_READ, disk, sector, sectors, offset);
}

struct result
disk_write(uint32_t disk, uint32_t sector, uint32_t sectors, uint32_t offset)
{
    return ASK(DISK_WRITE, disk, sector, sectors, offset);
}

struct result
disk_flush(uint32_t disk)
{
    return ask_words(DISK_FLUSH, disk, NULL, 0);
}

struct result
disk_close(uint32_t disk)
{
    return ask_words(DISK_CLOSE, disk, NULL, 0);
}
