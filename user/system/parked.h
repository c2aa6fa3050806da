/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that wait at a server, in the order of their coming.  Whose caller has ended is found when it is
 * looked at, and takes nothing with it.
 */
#pragma once

#include "message.h"

#include "abi/errors.h"

#define PARKED_MAX 16

/* No reply is owed. */
#define PARKED 0xffffffffu

struct parked {
    uint32_t reply;
    uint32_t room; /* for bytes, behind the two words of a result */
    uint32_t flags;
};

struct parked_list {
    struct parked call[PARKED_MAX];
    uint32_t count;
};

static inline void
parked_remove(struct parked_list *list, uint32_t i)
{
    for (list->count--; i < list->count; i++)
        list->call[i] = list->call[i + 1];
}

/* An answer with no error is none, but fails otherwise if nobody waits. */
static inline void
parked_remove_ended(struct parked_list *list)
{
    for (uint32_t i = list->count; i-- > 0;)
        if (answer_error(list->call[i].reply, 0).error == ERR_GONE)
            parked_remove(list, i);
}

/* How many bytes the caller has room for, behind a result; 0 if not even one. */
static inline uint32_t
parked_room(const struct message *m)
{
    uint32_t size = call_total_size(m->sizes), overhead = 2 * sizeof(uint32_t);

    return size <= overhead ? 0 : (size < CALL_DATA_MAX ? size : CALL_DATA_MAX) - overhead;
}

/* The call waits: PARKED; or an error, which it is to be told. */
static inline uint32_t
parked_add(struct parked_list *list, const struct message *m, uint32_t room, uint32_t flags)
{
    struct result parked;

    if (list->count == PARKED_MAX)
        parked_remove_ended(list);
    if (list->count == PARKED_MAX)
        return ERR_LIMIT;
    parked = park(m->cookie);
    if (parked.error)
        return parked.error == ERR_GONE ? PARKED : ERR_LIMIT;
    list->call[list->count++] = (struct parked){parked.value, room, flags};
    return PARKED;
}

/*
 * It is over, with what is in the message.  Has the caller got it?  One who gave too little room for it is not
 * kept waiting.
 */
static inline bool
parked_answer(uint32_t reply, const struct outgoing *m)
{
    uint32_t error = answer(reply, m->buffer, outgoing_sizes(m)).error;

    if (error && error != ERR_GONE)
        descriptor_close(reply);
    return !error;
}

static inline bool
parked_answer_value(uint32_t reply, uint32_t value)
{
    uint32_t words[2];
    struct outgoing out;

    outgoing_start(&out, words, sizeof(words));
    put_result(&out, value);
    return parked_answer(reply, &out);
}

/* The same with a value of 0, for which nobody needs room. */
static inline bool
parked_answer_nothing(uint32_t reply)
{
    return !answer(reply, NULL, 0).error;
}
