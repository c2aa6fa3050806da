/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests that wait, in the order of their coming.  Nobody can fill the queue for all others.
 */
#pragma once

#include "disk.h"

#define QUEUE_MAX  64
#define QUEUE_EACH 16 /* of one attachment */

struct request {
    uint32_t reply;      /* the parked call */
    uint32_t attachment; /* its number */
    enum operation operation;
    uint32_t sector, sectors, offset; /* on the disk, not in the partition */
};

/* May this attachment have one more? */
bool queue_has_room(uint32_t attachment);

/* There is room. */
void queue_add(const struct request *r);

/* The next one, if there is one. */
bool queue_take(struct request *r);

/* Does this attachment have any? */
bool queue_holds(uint32_t attachment);

/* Of server.c: nobody waits for this any more, and the reply is no descriptor now. */
bool caller_has_ended(uint32_t reply);
