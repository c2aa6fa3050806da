/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of the disks at the first IDE channel, where PC disks always were: user/abi/disk.h.  It has one thread, which
 * waits for nothing but messages: of clients, and of the channel.
 *
 *     disk [pio]      pio: disks do not use memory by themselves, though they could
 *
 * Memory may be short because what is in it has to go to this disk first: so nothing of the driver ever goes.
 */
#include "ata.h"
#include "dma.h"
#include "identify.h"
#include "pci.h"
#include "server.h"
#include "sys/manager.h"
#include "sys/object.h"
#include "text.h"
#include "volume.h"

#define PRIORITY    22
#define STACK_PAGES 2
#define MESSAGE_MAX 128

extern uint8_t program_end[]; /* user/link.ld */

static uint8_t buffer[MESSAGE_MAX] __attribute__((aligned(MESSAGE_MAX)));

/* All of it is there, and stays. */
static uint32_t
stay(uint32_t from, uint32_t to)
{
    uint32_t pages, error = 0;

    for (from &= ~(PAGE - 1); from < to && !error; from += pages * PAGE) {
        pages = (to - from + PAGE - 1) / PAGE;
        pages = pages < WIRE_MAX ? pages : WIRE_MAX;
        error = wire(from, pages, NULL).error;
    }
    return error;
}

static uint32_t
use_device(void)
{
    struct result r = ports_use(ATA_PORTS, ATA_PORT_COUNT);

    if (!r.error)
        r = ports_use(ATA_CONTROL, 1);
    if (!r.error)
        r = ports_use(PCI_PORTS, 8);
    if (!r.error)
        r = ports_use(DMA_PORTS, DMA_PORT_COUNT);
    return r.error;
}

static void
find_disks(void)
{
    identify_all();
    volumes_find();
}

int
main(int argc, char **argv)
{
    bool dma = argc < 2 || strcmp(argv[1], "pio") != 0;
    uint32_t error = use_device(), door;
    struct message m;
    struct result r;

    if (error)
        return error;
    dma_start(dma); /* the first page is wired here, and what a driver before us wired is free then: so the bus master stops first */
    error = stay(PROGRAM_BASE, (uint32_t)program_end);
    if (error || (error = stay(STACK_TOP - STACK_PAGES * PAGE, STACK_TOP)))
        return error;
    priority_set(PRIORITY);
    find_disks();
    r = door_new(DISK_NAME, true, 0, 0);
    door = r.value;
    if (r.error || (r = interrupt_bind(ATA_IRQ, door, 0)).error)
        return r.error;
    ata_interrupts(true);
    server_start(door, buffer, sizeof(buffer));
    for (;;) {
        m = receive(door, buffer, sizeof(buffer), server_limit());
        if (m.function == CALL_INVALID && m.cookie != ERR_TIME)
            return 1;
        server_message(&m);
    }
}
