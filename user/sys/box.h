/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message boxes: sending without waiting for who receives.
 *
 * A door has no queue: who sends waits until the other side receives and replies.  A box is a queue in front of
 * somebody, and a thread that always listens there: a sender waits for that thread only, and hears when the box is
 * full.  The thread is the *keeper*, one for all boxes of a process.  It alone touches the queues; others,
 * even threads of its own process, send it messages.  So nothing needs a lock.
 *
 * How far is a sender held up?  As long as the keeper does not run.  A server must not trust a client that
 * far, so it does not send into a box that a client keeps.  It keeps the box itself (box_new) and gives the client box_taker():
 * the keeper is then the server's own thread, a client that does not take fills its box, and no more.
 */
#pragma once

#include "call.h"

#define BOXES           16
#define BOX_MESSAGES    8    /* in one box; then box_send fails with ERR_LIMIT */
#define BOX_DATA_MAX    1024 /* bytes of one message */
#define BOX_DESCRIPTORS 4    /* in one message */

struct box_message {
    uint32_t size; /* of the data; before box_receive(): the room for it */
    void *data;
    uint32_t count;                      /* descriptors */
    uint32_t descriptor[BOX_DESCRIPTORS]; /* box_send(): words, see descriptor_word(); box_receive(): numbers */
};

/*
 * Value: a new box, as its owner knows it: a descriptor with all rights.  The first call starts the keeper, so it is
 * made before the program has other threads.  ERR_LIMIT.
 */
struct result box_new(void);

/* A descriptor of a box of this process that allows sending, or taking, and no more; to be given away. */
struct result box_sender(uint32_t box);
struct result box_taker(uint32_t box);

/* Never waits for who receives.  ERR_LIMIT: the box is full.  ERR_STALE, ERR_DEAD: it is no more. */
struct result box_send(uint32_t box, const struct box_message *m);

/* The oldest message.  Limits: milliseconds, 0 for none.  ERR_TIME; ERR_BIG: no room for it, it stays. */
struct result box_receive(uint32_t box, struct box_message *m, uint32_t limit);

/* value: 1 if box_receive() would have to wait, 0 if not. */
struct result box_would_block(uint32_t box);

/*
 * Waits until one of several boxes of this process has a message; value: its place in the list.  The message stays there, and
 * may be gone when somebody else takes it.  ERR_TIME.
 */
struct result box_wait_for(const uint32_t *boxes, uint32_t count, uint32_t limit);

/* Messages in it are lost; who waits gets ERR_STALE. The descriptor is closed. */
struct result box_delete(uint32_t box);
