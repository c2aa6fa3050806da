/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bus master: see dma.h.
 */
#include "dma.h"

#include "disk.h"
#include "pci.h"
#include "ports.h"
#include "sys/object.h"

/* Registers of the first channel. */
#define COMMAND DMA_PORTS
#define STATUS  (DMA_PORTS + 2)
#define TABLE   (DMA_PORTS + 4)

#define GO        1 /* commands */
#define TO_MEMORY 8

#define FAILED    2 /* of the status; ones that are written clear */
#define INTERRUPT 4

#define LAST 0x80000000u

/* A piece of memory, that crosses no page. */
struct piece {
    uint32_t address;
    uint32_t size; /* 16 bits of it */
};

static struct piece *table; /* a page, so it is in one piece, too */
static uint8_t direction;
static bool is_there;

/*
 * Memory for the table, which the controller reads as long as nobody stops it, even if we end: so it is shared memory, which outlives us
 * (PM_WIRE).  Where it is in the machine's memory; or an error.
 */
static uint32_t
make_table(uint32_t *physical)
{
    struct result object = object_new(OBJECT_SHARED, 1), place;

    if (object.error)
        return object.error;
    place = object_map(object.value, 0, 1, MEMORY_WRITABLE, 0);
    table = (struct piece *)place.value;
    return place.error ? place.error : wire(place.value, 1, physical).error;
}

void
dma_start(bool wanted)
{
    uint32_t physical;

    if (!pci_bus_master(DMA_PORTS))
        return;
    out8(COMMAND, 0);
    if (!wanted || make_table(&physical))
        return;
    out32(TABLE, physical);
    is_there = true;
}

bool
dma_is_there(void)
{
    return is_there;
}

void
dma_prepare(const uint32_t *pages, uint32_t offset, uint32_t size, bool to_memory)
{
    uint32_t i = 0, part;

    for (; size > 0; offset += part, size -= part) {
        part = PAGE - offset % PAGE;
        part = part < size ? part : size;
        table[i++] = (struct piece){pages[offset / PAGE] + offset % PAGE, part};
    }
    table[i - 1].size |= LAST;
    direction = to_memory ? TO_MEMORY : 0;
    out8(COMMAND, direction);
    out8(STATUS, FAILED | INTERRUPT);
}

void
dma_go(void)
{
    __asm__ volatile("" : : : "memory"); /* the table is written */
    out8(COMMAND, direction | GO);
}

bool
dma_ended(void)
{
    return in8(STATUS) & INTERRUPT;
}

bool
dma_stop(void)
{
    uint8_t status = in8(STATUS);

    out8(COMMAND, 0);
    out8(STATUS, FAILED | INTERRUPT);
    return !(status & FAILED);
}
