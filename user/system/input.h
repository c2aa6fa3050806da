/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a device brings, and who waits for it: DEVICE_READ.  Bytes go to one reader, in the order in which the
 * readers came; one that has ended takes none with it.
 */
#pragma once

#include "parked.h"

#define INPUT_ROOM 1024

/* Bytes that nobody has read yet, in a ring. */
struct input {
    uint8_t byte[INPUT_ROOM];
    uint32_t first, count;
    struct parked_list readers;
};

static inline bool
input_full(const struct input *in)
{
    return in->count == INPUT_ROOM;
}

/* Where there is room. */
static inline void
input_add(struct input *in, uint8_t byte)
{
    in->byte[(in->first + in->count++) % INPUT_ROOM] = byte;
}

/* A DEVICE_READ: PARKED, or an error. */
static inline uint32_t
input_read(struct input *in, const struct message *m)
{
    uint32_t room = parked_room(m);

    return room ? parked_add(&in->readers, m, room, 0) : ERR_MESSAGE;
}

static inline void
input_answer_first(struct input *in, void *buffer)
{
    struct parked *first = &in->readers.call[0];
    uint32_t count = in->count < first->room ? in->count : first->room;
    struct outgoing out;

    outgoing_start(&out, buffer, CALL_DATA_MAX);
    put_result(&out, count);
    for (uint32_t i = 0; i < count; i++)
        put_bytes(&out, &in->byte[(in->first + i) % INPUT_ROOM], 1);
    if (parked_answer(first->reply, &out)) {
        in->first = (in->first + count) % INPUT_ROOM;
        in->count -= count;
    }
    parked_remove(&in->readers, 0);
}

/* Readers get what there is.  The buffer is for CALL_DATA_MAX bytes. */
static inline void
input_answer(struct input *in, void *buffer)
{
    while (in->readers.count > 0 && in->count > 0)
        input_answer_first(in, buffer);
}
