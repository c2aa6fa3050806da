/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing and reading messages, as abi/door.h lays them out: data, then descriptors.
 * What does not fit, or is not there, makes the message `broken`; it stays so, and
 * one look at the end is enough.
 *
 * A client:                                  A server, which has received m:
 *
 *     outgoing_start(&out, buffer, size);        incoming_start(&in, buffer, m.sizes);
 *     put_u32(&out, ...);                        ... = get_u32(&in);
 *     r = ask(function, door, &out, &in);        error = incoming_end(&in) ? 0 : ERR_MESSAGE;
 *     ... = get_u32(&in);                        reply_start(&out, buffer, size, m.sizes);
 *     if (!incoming_end(&in)) ...                put_result(&out, value);
 *                                                m = serve(&out, m.cookie, error);
 *
 * Message and reply share the buffer: all of the one is read before the other is written.
 */
#pragma once

#include "door.h"

/* Any server's error: a message is not as its function wants it, or the reply to it cannot be given. */
#define ERR_MESSAGE 1

struct outgoing {
    uint8_t *buffer;
    uint32_t size, room; /* of the buffer; and of it, what the message may fill */
    uint32_t data;       /* bytes */
    uint32_t descriptors;
    bool broken;
};

void outgoing_start(struct outgoing *m, void *buffer, uint32_t size);

/* The reply to a message of these sizes, for which its sender may have less room than the buffer. */
void reply_start(struct outgoing *m, void *buffer, uint32_t size, uint32_t sizes);

/* Data comes first: behind a descriptor it breaks the message. */
void put_bytes(struct outgoing *m, const void *from, uint32_t size);
void put_u32(struct outgoing *m, uint32_t value);
void put_text(struct outgoing *m, const char *text);
void put_descriptor(struct outgoing *m, uint32_t number, uint32_t rights, bool move);

/* The two words that a reply begins with by convention: a value, and no error. */
void put_result(struct outgoing *m, uint32_t value);

uint32_t outgoing_sizes(const struct outgoing *m);

struct incoming {
    const uint8_t *buffer;
    uint32_t data, read; /* bytes */
    uint32_t descriptors, taken;
    bool broken;
};

void incoming_start(struct incoming *m, const void *buffer, uint32_t sizes);

/* Zeros, or an empty text, where the message is broken.  A text that does not fit into `size` breaks it. */
void get_bytes(struct incoming *m, void *to, uint32_t size);
uint32_t get_u32(struct incoming *m);
void get_text(struct incoming *m, char *to, uint32_t size);

/* All data that is left, where it lies in the buffer. */
const void *get_rest(struct incoming *m, uint32_t *size);

struct descriptor {
    uint32_t number;
    uint32_t rights;
    bool own; /* of a door of this process */
};

struct descriptor get_descriptor(struct incoming *m);

/*
 * Has all of the message been read, and no more?  If not all of its descriptors are closed: nobody
 * may fill another process's table with what it does not want.
 */
bool incoming_end(struct incoming *m);

/* Sends; in the reply reading begins behind the value and the error.  A broken message is not sent: ERR_SIZE. */
struct result ask(uint32_t function, uint32_t door, struct outgoing *m, struct incoming *in);

/*
 * Replies, with the error if there is one, and receives.  A reply that is broken, or that the sender cannot
 * take, becomes ERR_MESSAGE: no reply is owed when this returns with CALL_INVALID.
 */
struct message serve(struct outgoing *m, uint32_t cookie, uint32_t error);
