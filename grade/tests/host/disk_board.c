/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The controller that does not exist: see disk_board.h.  It is strict: what a real one might not understand ends the program.
 */
#include "disk_board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk_ports.h"

#define CHECK(what) ((what) ? (void)0 : (printf("board: %s\n", #what), exit(1)))

#define READY 0x40
#define BUSY  0x80
#define DATA  0x08
#define ERROR 0x01

struct board_drive board_drive[2];
bool board_pci, board_loud;
uint32_t board_time;

/* The channel. */
static uint8_t reg[8], old[8]; /* `old`: what was there before */
static uint8_t status[2], control;
static bool line, asked, wants; /* INTRQ; it has become so; it will */
static int busy_looks;         /* until a command is done */

/* The command that is under way. */
static uint32_t sector, left;
static bool writing, identity, by_dma;
static uint32_t dma_mode[2] = {99, 99};

/* The bus master, and PCI. */
static uint32_t table, bar, pci_address, pci_command, timing;
static uint8_t master, master_status;

static unsigned
who(void)
{
    return reg[6] >> 4 & 1;
}

static void
ask_now(void)
{
    if (!line && !(control & 2))
        asked = true;
    line = !(control & 2);
    master_status |= 4;
    wants = false;
}

/* When it is not busy any more. */
static void
ask(void)
{
    wants = true;
    if (busy_looks == 0)
        ask_now();
}

static void
not_busy(void)
{
    busy_looks = 0;
    if (wants)
        ask_now();
}

bool
board_interrupt(void)
{
    bool was;

    not_busy();
    was = asked;
    asked = false;
    return was;
}

uint16_t
board_content(uint32_t at, uint32_t word)
{
    return at * 2654435761u >> 13 ^ word * 40503u;
}

void
sleep_milliseconds(uint32_t milliseconds)
{
    board_time += milliseconds;
    not_busy();
}

static void
fail(void)
{
    status[who()] = READY | ERROR;
    ask();
}

static uint16_t
identity_word(uint32_t i)
{
    const struct board_drive *d = &board_drive[who()];
    const char *model = "QEMU-like DISK";

    if (i >= 27 && i < 47) {
        char a = 2 * (i - 27) < strlen(model) ? model[2 * (i - 27)] : ' ';
        char b = 2 * (i - 27) + 1 < strlen(model) ? model[2 * (i - 27) + 1] : ' ';

        return a << 8 | b;
    }
    switch (i) {
    case 49:
        return 0x200 | d->dma << 8;
    case 60:
    case 61:
        return (d->sectors > 0x0fffffff ? 0x0fffffff : d->sectors) >> (16 * (i - 60));
    case 63:
        return d->dma ? 7 : 0;
    case 83:
        return 0x4000 | d->longs << 10 | d->settles << 12;
    case 100:
    case 101:
        return d->longs ? d->sectors >> (16 * (i - 100)) : 0xdead;
    case 102:
    case 103:
        return d->longs ? 0 : 0xdead;
    }
    return 0;
}

/* The next sector can be moved, or it is the end. */
static void
next(bool first)
{
    const struct board_drive *d = &board_drive[who()];

    if (sector == d->mute) {
        status[who()] = BUSY;
        return;
    }
    if (sector == d->bad && !writing && left) {
        fail();
        return;
    }
    status[who()] = READY | (left || sector == d->stuck ? DATA : 0);
    if (!writing || !first)
        ask();
}

static void
transfer(bool out, bool dma, bool is_long)
{
    const struct board_drive *d = &board_drive[who()];

    CHECK(reg[6] & 0x40);
    CHECK(!dma || (board_pci && d->dma && dma_mode[who()] == 0x22));
    writing = out, by_dma = dma, identity = false;
    left = is_long ? reg[2] | old[2] << 8 : reg[2] ? reg[2] : 256;
    sector = reg[3] | reg[4] << 8 | reg[5] << 16;
    if (is_long) {
        CHECK(d->longs);
        CHECK(!old[4] && !old[5]);
        sector |= (uint32_t)old[3] << 24;
    } else
        sector |= (reg[6] & 15) << 24;
    if (board_loud)
        printf("command %02x drive %u sector %u sectors %u\n", reg[7], who(), sector, left);
    CHECK(left > 0 && sector < d->sectors && left <= d->sectors - sector);
    CHECK(is_long || sector + left <= 0x10000000);
    busy_looks = 2;
    if (dma)
        status[who()] = BUSY;
    else
        next(true);
}

static void
command(void)
{
    struct board_drive *d = &board_drive[who()];

    if (!d->there)
        return;
    CHECK(!(status[who()] & (BUSY | DATA)));
    line = false;
    switch (reg[7]) {
    case 0xec:
        if (d->packet) {
            fail();
            return;
        }
        identity = true, writing = by_dma = false, left = 1, sector = NO_SECTOR - 1;
        busy_looks = 2;
        next(true);
        return;
    case 0xef:
        CHECK(reg[1] == 3);
        dma_mode[who()] = reg[2];
        status[who()] = READY;
        ask();
        return;
    case 0xe7:
    case 0xea:
        CHECK(d->settles && (reg[7] == 0xea) == d->longs);
        if (board_loud)
            printf("command %02x drive %u\n", reg[7], who());
        if (d->mute == NO_SECTOR - 2)
            status[who()] = BUSY;
        else if (d->bad == NO_SECTOR - 2)
            fail();
        else {
            status[who()] = READY;
            ask();
        }
        return;
    case 0x20: case 0x24: case 0xc8: case 0x25:
        transfer(false, reg[7] == 0xc8 || reg[7] == 0x25, reg[7] == 0x24 || reg[7] == 0x25);
        return;
    case 0x30: case 0x34: case 0xca: case 0x35:
        transfer(true, reg[7] == 0xca || reg[7] == 0x35, reg[7] == 0x34 || reg[7] == 0x35);
        return;
    }
    CHECK(!"a command that there is");
}

static void
reset(void)
{
    CHECK(!(master & 1));
    for (int i = 0; i < 2; i++) {
        status[i] = board_drive[i].there ? READY : 0;
        if (board_drive[i].there && board_drive[i].dead)
            status[i] = BUSY;
    }
    reg[6] = 0;
    line = asked = wants = false;
    busy_looks = 0;
}

/* All of a transfer, as the table says. */
static void
master_go(void)
{
    const struct board_drive *d = &board_drive[who()];
    const uint32_t *entry = (const uint32_t *)(uintptr_t)table;
    uint32_t at = 0, word = 0;

    CHECK(status[who()] == BUSY && by_dma);
    CHECK(!(master & 8) == writing);
    while (left > 0) {
        uint32_t size = entry[1] & 0xffff;
        uint16_t *memory = (uint16_t *)(uintptr_t)entry[0];

        CHECK((entry[0] & 1) == 0 && size % 2 == 0 && size > 0);
        CHECK(entry[0] / 0x10000 == (entry[0] + size - 1) / 0x10000);
        if (sector == d->mute)
            return;
        if (sector == d->bad) {
            master &= ~1;
            fail();
            return;
        }
        if (writing)
            CHECK(memory[at / 2] == board_content(sector, word));
        else
            memory[at / 2] = board_content(sector, word);
        at += 2;
        if (++word == 256)
            word = 0, left--, sector++;
        if (at == size) {
            CHECK(!!(entry[1] >> 31) == (left == 0));
            entry += 2, at = 0;
        }
    }
    CHECK(at == 0);
    master &= ~1;
    status[who()] = READY;
    ask();
}

void
out8(uint16_t port, uint8_t value)
{
    if (port == 0x3f6) {
        if (control & 4 && !(value & 4))
            reset();
        control = value;
        return;
    }
    if (port == 0xf000) {
        CHECK(bar == 0xf001 && (pci_command & 5) == 5 && timing & 0x8000);
        if (!(master & 1) && value & 1) {
            master = value;
            master_go();
        } else
            master = value;
        return;
    }
    if (port == 0xf002) {
        master_status &= ~(value & 6);
        return;
    }
    CHECK(port >= 0x1f1 && port <= 0x1f7);
    if (port != 0x1f6)
        CHECK(!board_drive[who()].there || board_drive[who()].dead || !(status[who()] & (BUSY | DATA)));
    old[port - 0x1f0] = reg[port - 0x1f0];
    reg[port - 0x1f0] = value;
    if (port == 0x1f7)
        command();
}

uint8_t
in8(uint16_t port)
{
    if (port == 0xf002)
        return master_status | (master & 1);
    CHECK(port == 0x1f7 || port == 0x3f6);
    if (!board_drive[0].there && !board_drive[1].there)
        return 0xff;
    if (port == 0x1f7)
        line = false;
    if (!board_drive[who()].there)
        return 0;
    if (busy_looks > 0) {
        if (--busy_looks == 0)
            not_busy();
        return BUSY;
    }
    return status[who()];
}

void
out32(uint16_t port, uint32_t value)
{
    if (port == 0xf004) {
        CHECK(value % 4 == 0 && value / 0x10000 == (value + 4095) / 0x10000);
        table = value;
        return;
    }
    if (port == 0xcf8) {
        pci_address = value;
        return;
    }
    CHECK(port == 0xcfc && (pci_address & 0xfffff00) == 0x900);
    switch (pci_address & 0xff) {
    case 0x04:
        pci_command = value;
        return;
    case 0x20:
        CHECK(!(pci_command & 1));
        bar = value;
        return;
    case 0x40:
        timing = value;
        return;
    }
    CHECK(!"a register that may be written");
}

uint32_t
in32(uint16_t port)
{
    static const uint32_t bridge[4] = {0x70008086, 0, 0x06018000, 0x00800000};
    uint32_t at = pci_address & 0xff;

    if (!board_pci)
        return 0xffffffff;
    if (port == 0xcf8)
        return pci_address;
    CHECK(port == 0xcfc);
    if ((pci_address & 0xffff00) == 0x800)
        return at < 16 ? bridge[at / 4] : 0;
    if ((pci_address & 0xffff00) != 0x900)
        return 0xffffffff;
    switch (at) {
    case 0x00:
        return 0x70108086;
    case 0x04:
        return pci_command | 0x02800000;
    case 0x08:
        return 0x01018000;
    case 0x20:
        return bar;
    case 0x40:
        return timing;
    }
    return 0;
}

void
in16_all(uint16_t port, void *to, uint32_t count)
{
    CHECK(port == 0x1f0 && count == 256 && status[who()] & DATA && !writing && !by_dma);
    for (uint32_t i = 0; i < count; i++)
        ((uint16_t *)to)[i] = identity ? identity_word(i) : board_content(sector, i);
    sector++;
    left--;
    if (left)
        next(false);
    else
        status[who()] = READY | (!identity && sector == board_drive[who()].stuck ? DATA : 0);
}

void
out16_all(uint16_t port, const void *from, uint32_t count)
{
    CHECK(port == 0x1f0 && count == 256 && status[who()] & DATA && writing && !by_dma);
    if (sector == board_drive[who()].bad) {
        fail();
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        CHECK(((const uint16_t *)from)[i] == board_content(sector, i));
    sector++;
    left--;
    busy_looks = 1;
    next(false);
}
