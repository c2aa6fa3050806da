/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Disks as devices: see disk.h.  What the disk reads and writes is in a buffer that it shares, and is copied from
 * there.  When its driver has ended, it is looked for again: it may have been started anew.
 */
#include "disk.h"

#include "abi/errors.h"
#include "abi/object.h"
#include "sys/disk.h"
#include "sys/manager.h"
#include "sys/object.h"
#include "text.h"

static struct {
    const char *name;
    uint32_t object, disk; /* descriptors */
    uint8_t *buffer;
    uint32_t sectors;
} d;

#define PART DISK_SECTORS_MAX
#define BUFFER_PAGES (PART * DISK_SECTOR / 4096)

static uint32_t
attach(void)
{
    uint32_t rest;
    struct result server = name_resolve(DISK_NAME, &rest), r;

    if (server.error)
        return server.error;
    r = disk_open(server.value, d.name, true, d.object, &d.sectors);
    descriptor_close(server.value);
    d.disk = r.error ? 0 : r.value;
    return r.error;
}

typedef struct result request_fn(uint32_t disk, uint32_t sector, uint32_t count, uint32_t offset);

/* Errors of the kernel say that the driver is not there. */
static uint32_t
ask_disk(request_fn *request, uint32_t sector, uint32_t count)
{
    uint32_t error = d.disk ? request(d.disk, sector, count, 0).error : ERR_DEAD;

    if (error >= ERR_FIRST) {
        if (d.disk)
            descriptor_close(d.disk);
        d.disk = 0;
        error = attach() ? ERR_DISK : request(d.disk, sector, count, 0).error;
    }
    return error ? ERR_DISK : 0;
}

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t
read(uint32_t sector, uint32_t count, void *to)
{
    uint8_t *bytes = to;
    uint32_t error = 0, part;

    for (; count && !error; count -= part, sector += part, bytes += part * SECTOR) {
        part = least(count, PART);
        error = ask_disk(disk_read, sector, part);
        if (!error)
            memcpy(bytes, d.buffer, part * SECTOR);
    }
    return error;
}

static uint32_t
write(uint32_t sector, uint32_t count, const void *from)
{
    const uint8_t *bytes = from;
    uint32_t error = 0, part;

    for (; count && !error; count -= part, sector += part, bytes += part * SECTOR) {
        part = least(count, PART);
        memcpy(d.buffer, bytes, part * SECTOR);
        error = ask_disk(disk_write, sector, part);
    }
    return error;
}

static struct result
request_flush(uint32_t disk, uint32_t sector, uint32_t count, uint32_t offset)
{
    (void)sector, (void)count, (void)offset;
    return disk_flush(disk);
}

static uint32_t
flush_disk(void)
{
    return ask_disk(request_flush, 0, 0);
}

uint32_t
disk_attach(const char *name, uint32_t address, struct device *device)
{
    struct result r = object_new(OBJECT_SHARED, BUFFER_PAGES);

    if (r.error)
        return r.error;
    d.name = name;
    d.object = r.value;
    r = object_map(d.object, address, BUFFER_PAGES, MEMORY_WRITABLE, 0);
    if (r.error)
        return r.error;
    d.buffer = (uint8_t *)address;
    r.error = attach();
    *device = (struct device){d.sectors, read, write, flush_disk};
    return r.error;
}
