/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of the driver of disks, for grade/tests/test_disk.py: a command a line, and what came of it.
 *
 *     tables FILE SECTORS            partitions in an image
 *     drive N SECTORS DMA LONG SETTLES PACKET
 *     bad / mute / stuck / dead N SECTOR
 *     start PCI DMA                  the driver looks for drives
 *     do N OPERATION SECTOR SECTORS OFFSET
 *     add A R, room A, take, holds A, ended R    the queue
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/disk.h"
#include "ata.h"
#include "disk_board.h"
#include "dma.h"
#include "identify.h"
#include "partition.h"
#include "queue.h"
#include "sys/object.h"
#include "transfer.h"

#define PAGES 64

static uint8_t memory[PAGES][4096] __attribute__((aligned(4096)));
static uint8_t frames[PAGES][4096] __attribute__((aligned(4096))); /* the same buffer for the bus master, in another order */
static bool ended[1000];

struct result
wire(uint32_t address, uint32_t pages, uint32_t *physical)
{
    for (uint32_t i = 0; i < pages; i++)
        physical[i] = address + i * 4096;
    return (struct result){pages, 0};
}

/* A page of memory. */
struct result
object_new(uint32_t kind, uint32_t pages)
{
    return kind == OBJECT_SHARED && pages == 1 ? (struct result){1, 0} : (struct result){-1, 1};
}

struct result
object_map(uint32_t object, uint32_t address, uint32_t pages, uint32_t flags, uint32_t first)
{
    static uint8_t page[4096] __attribute__((aligned(4096)));

    return object == 1 && !address && pages == 1 && flags && !first ? (struct result){(uint32_t)(uintptr_t)page, 0} : (struct result){-1, 1};
}

bool
caller_has_ended(uint32_t reply)
{
    return ended[reply];
}

/* --- Tables. */

static bool
read_sector(void *context, uint32_t sector, uint8_t *to)
{
    return fseek(context, sector * 512L, SEEK_SET) == 0 && fread(to, 512, 1, context) == 1;
}

static void
complain(void *context, uint32_t number, const char *what)
{
    (void)context;
    printf("wrong %u %s\n", number, what);
}

static void
tables(const char *path, uint32_t sectors)
{
    struct partition found[PARTITIONS_MAX];
    FILE *file = fopen(path, "rb");
    const struct partition_disk disk = {sectors, read_sector, complain, file};
    uint32_t count = partition_read(&disk, found);

    for (uint32_t i = 0; i < count; i++)
        printf("partition %u %x %u %u\n", found[i].number, found[i].type, found[i].first, found[i].sectors);
    fclose(file);
}

/* --- Drives. */

static void
start(bool pci, bool dma)
{
    board_pci = pci;
    dma_start(dma);
    identify_all();
    ata_interrupts(true);
    board_interrupt();
    for (uint32_t i = 0; i < DRIVES; i++)
        if (drives[i].there)
            printf("drive %u %u %s%s%s\n", i, drives[i].sectors, drives[i].model, drives[i].dma ? " dma" : "",
                   drives[i].long_addresses ? " long" : "");
}

static uint8_t *
byte_at(bool dma, uint32_t i)
{
    return dma ? &frames[PAGES - 1 - i / 4096][i % 4096] : &memory[i / 4096][i % 4096];
}

static void
fill(bool dma, uint32_t sector, uint32_t sectors, uint32_t offset, bool out)
{
    for (uint32_t i = 0; i < sizeof(memory); i++)
        *byte_at(dma, i) = 0xee;
    for (uint32_t i = 0; out && i < sectors * 512; i++)
        *byte_at(dma, offset + i) = board_content(sector + i / 512, i / 2 % 256) >> i % 2 * 8;
}

/* How many bytes are as they have to be after a read; those around are untouched. */
static uint32_t
right(bool dma, uint32_t sector, uint32_t sectors, uint32_t offset)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < sizeof(memory); i++) {
        uint32_t at = i - offset;
        uint8_t wanted = i < offset || at >= sectors * 512 ? 0xee : board_content(sector + at / 512, at / 2 % 256) >> at % 2 * 8;

        count += *byte_at(dma, i) == wanted;
    }
    return count;
}

static void
transfer(uint32_t drive, uint32_t operation, uint32_t sector, uint32_t sectors, uint32_t offset)
{
    static const char *const words[] = {"silent", "done", "failed"};
    uint32_t physical[PAGES];
    struct transfer t = {drive, operation, sector, sectors, memory[0], physical, offset};
    bool dma = drives[drive].dma;
    enum progress progress;

    for (uint32_t i = 0; i < PAGES; i++)
        physical[i] = (uint32_t)(uintptr_t)frames[PAGES - 1 - i];
    fill(dma, sector, sectors, offset, operation == DISK_OUT);
    board_loud = true;
    progress = transfer_start(&t);
    if (progress == GOES_ON)
        progress = transfer_step(); /* too early: an interrupt from before */
    for (; progress == GOES_ON && board_interrupt();) {
        progress = transfer_step();
        if (progress == GOES_ON)
            progress = transfer_step(); /* once too often: it does no harm */
    }
    board_loud = false;
    if (progress == GOES_ON)
        transfer_abort();
    printf("%s\n", words[progress]);
    if (operation == DISK_IN && progress == DONE && right(dma, sector, sectors, offset) != sizeof(memory))
        printf("other bytes\n");
}

static void
queue_command(const char *word, uint32_t a, uint32_t b)
{
    struct request r = {.attachment = a, .reply = b};

    if (strcmp(word, "add") == 0)
        queue_add(&r);
    else if (strcmp(word, "room") == 0)
        printf("%d\n", queue_has_room(a));
    else if (strcmp(word, "holds") == 0)
        printf("%d\n", queue_holds(a));
    else if (strcmp(word, "ended") == 0)
        ended[a] = true;
    else if (strcmp(word, "take") == 0)
        printf("%d\n", queue_take(&r) ? (int)r.reply : -1);
}

static void
drive_command(const char *word, const uint32_t *n)
{
    struct board_drive *d = &board_drive[n[0] & 1];

    if (strcmp(word, "drive") == 0)
        *d = (struct board_drive){true, n[2], n[3], n[4], n[5], n[1], NO_SECTOR, NO_SECTOR, NO_SECTOR, false};
    else if (strcmp(word, "bad") == 0)
        d->bad = n[1];
    else if (strcmp(word, "mute") == 0)
        d->mute = n[1];
    else if (strcmp(word, "stuck") == 0)
        d->stuck = n[1];
    else if (strcmp(word, "dead") == 0)
        d->dead = true;
    else if (strcmp(word, "start") == 0)
        start(n[0], n[1]);
    else if (strcmp(word, "time") == 0)
        printf("time %u\n", board_time);
    else if (strcmp(word, "do") == 0)
        transfer(n[0], n[1], n[2], n[3], n[4]);
}

int
main(void)
{
    char line[300], word[16], path[200];
    uint32_t n[6], sectors;

    while (fgets(line, sizeof(line), stdin)) {
        memset(n, 0, sizeof(n));
        if (sscanf(line, "tables %199s %u", path, &sectors) == 2)
            tables(path, sectors);
        else if (sscanf(line, "%15s %u %u %u %u %u %u", word, n, n + 1, n + 2, n + 3, n + 4, n + 5) > 0) {
            drive_command(word, n);
            queue_command(word, n[0], n[1]);
        }
    }
    return 0;
}
