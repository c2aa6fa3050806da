/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the keeper of boxes (box.h) is asked.  A descriptor of its door has the number of a box as its cookie, or
 * KEEPER_ITSELF.
 */
#pragma once

#include "box.h"
#include "message.h"

#define KEEPER_ITSELF 0

/* Of the keeper itself.  -> descriptor: of a new box, with all rights. */
#define KEEPER_NEW 0x8102

/* Of the keeper itself.  { uint32_t limit, numbers of boxes } -> value: the place of one that has a message. */
#define KEEPER_WAIT 0x810c

/* Of a box.  { bytes; descriptors }. */
#define KEEPER_SEND 0x8115

/* Of a box.  { uint32_t limit, room } -> value: size; bytes, as many as there is room for at most; descriptors. */
#define KEEPER_TAKE 0x811c

/* Of a box.  -> value: 1 if it is empty. */
#define KEEPER_LOOK 0x8124

#define KEEPER_DELETE 0x8129

/* The kernel's errors that the keeper means; it may not send those themselves. */
#define KEEPER_ERR_TIME 2
#define KEEPER_ERR_BIG  3

/* A box, and its messages in a ring. */
struct box {
    uint32_t generation; /* odd while there is such a box */
    uint32_t first, count;
    struct {
        uint32_t size, descriptors;
        uint32_t descriptor[BOX_DESCRIPTORS];
        uint8_t data[BOX_DATA_MAX];
    } message[BOX_MESSAGES];
};

/* Of this number; NULL if there is none, or no longer. */
struct box *keeper_box(uint32_t number);

/* --- Who wants a message, or to know where one is: waiters.c. */

/* No reply is owed. */
#define PARKED 0xffffffffu

/* The call waits, even if there is something already: waiters_serve() comes next.  PARKED, or an error. */
uint32_t waiter_add(const struct message *m, struct incoming *in, bool takes);

/* All whose message is there, or whose time is over. */
void waiters_serve(void);

/* Milliseconds until the next one's time is over; 0 if there is none. */
uint32_t waiters_limit(void);

/* Starts it, with a door of its own; `door` is the owner's descriptor.  It runs in this process from now on. */
bool keeper_start(uint32_t door);
