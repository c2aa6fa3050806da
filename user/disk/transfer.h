/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the channel is doing: one thing at a time.
 */
#pragma once

#include "disk.h"

struct transfer {
    uint32_t drive;
    enum operation operation;
    uint32_t sector, sectors;
    uint8_t *memory;       /* the same buffer: its address here, */
    const uint32_t *pages; /* the physical addresses of its pages, */
    uint32_t offset;       /* and where in it the bytes are */
};

enum progress { GOES_ON, DONE, FAILED };

/* Begins. */
enum progress transfer_start(const struct transfer *t);

/* The disk has asked for attention, or might have. */
enum progress transfer_step(void);

/* It has taken too long, and ends here. */
void transfer_abort(void);

/* From its start to its end, before there are interrupts; not with DMA. */
bool transfer_whole(const struct transfer *t);
