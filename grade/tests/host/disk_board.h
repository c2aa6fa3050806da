/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A channel with two drives, a bus master and PCI, of which one can ask what it was told, and tell what goes wrong.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define NO_SECTOR 0xffffffffu

struct board_drive {
    bool there, dma, longs, settles, packet;
    uint32_t sectors;
    /* What goes wrong. */
    uint32_t bad;   /* this sector cannot be read or written */
    uint32_t mute;  /* at this one it never answers; until a reset */
    uint32_t stuck; /* at this one it wants more data than it should */
    bool dead;      /* a reset does not help */
};

extern struct board_drive board_drive[2];
extern bool board_pci, board_loud; /* loud: commands are printed */
extern uint32_t board_time;        /* milliseconds that the driver has slept */

/* Has it asked for attention, since it was asked this last? */
bool board_interrupt(void);

/* What is in a sector; a word of it. */
uint16_t board_content(uint32_t sector, uint32_t word);
