/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls to the keeper of boxes that wait: see keeper.h.  Whose caller has ended is found when it is answered, and takes no
 * message with it.
 */
#include "keeper.h"

#include "abi/errors.h"

#define WAITERS 16

/* In the order of their coming. */
struct waiter {
    uint32_t reply, room; /* for the bytes of a message */
    bool takes;
    bool timed;
    uint32_t deadline;
    uint32_t count, number[BOXES]; /* of boxes */
};

static struct waiter waiter[WAITERS];
static uint32_t waiters;
static uint8_t buffer[4096] __attribute__((aligned(4096)));

static void
remove_waiter(uint32_t i)
{
    for (waiters--; i < waiters; i++)
        waiter[i] = waiter[i + 1];
}

/* --- Answers: true if it waits no longer. */

static bool
refuse(const struct waiter *w, uint32_t error)
{
    uint32_t failed = answer_error(w->reply, error).error;

    if (failed && failed != ERR_GONE)
        descriptor_close(w->reply);
    return true;
}

static bool
answer_place(const struct waiter *w, uint32_t place)
{
    uint32_t words[2] = {place, 0};

    return !answer(w->reply, words, call_sizes(sizeof(words), sizeof(words), 0)).error || refuse(w, KEEPER_ERR_BIG);
}

/* The oldest message, which goes only if the answer arrives. */
static bool
answer_message(const struct waiter *w, struct box *b)
{
    struct outgoing out;

    if (b->message[b->first].size > w->room)
        return refuse(w, KEEPER_ERR_BIG);
    outgoing_start(&out, buffer, sizeof(buffer));
    put_result(&out, b->message[b->first].size);
    put_bytes(&out, b->message[b->first].data, b->message[b->first].size);
    for (uint32_t i = 0; i < b->message[b->first].descriptors; i++)
        put_descriptor(&out, b->message[b->first].descriptor[i], RIGHTS_ALL, true);
    if (answer(w->reply, buffer, outgoing_sizes(&out)).error)
        return refuse(w, KEEPER_ERR_BIG);
    b->first = (b->first + 1) % BOX_MESSAGES;
    b->count--;
    return true;
}

static bool
serve_waiter(const struct waiter *w)
{
    for (uint32_t i = 0; i < w->count; i++) {
        struct box *b = keeper_box(w->number[i]);

        if (!b)
            return refuse(w, ERR_STALE);
        if (b->count > 0)
            return w->takes ? answer_message(w, b) : answer_place(w, i);
    }
    return w->timed && (int32_t)(clock_milliseconds() - w->deadline) >= 0 && refuse(w, KEEPER_ERR_TIME);
}

void
waiters_serve(void)
{
    for (uint32_t i = 0; i < waiters;)
        if (serve_waiter(&waiter[i]))
            remove_waiter(i);
        else
            i++;
}

/* An answer with no error is none, but fails otherwise if nobody waits. */
static void
remove_ended(void)
{
    for (uint32_t i = waiters; i-- > 0;)
        if (answer_error(waiter[i].reply, 0).error == ERR_GONE)
            remove_waiter(i);
}

uint32_t
waiters_limit(void)
{
    uint32_t now = clock_milliseconds(), least = 0;

    for (uint32_t i = 0; i < waiters; i++) {
        int32_t left = waiter[i].deadline - now;

        if (waiter[i].timed && left < 1)
            left = 1;
        if (waiter[i].timed && (least == 0 || (uint32_t)left < least))
            least = left;
    }
    return least;
}

uint32_t
waiter_add(const struct message *m, struct incoming *in, bool takes)
{
    uint32_t after = get_u32(in);
    struct waiter w = {.takes = takes, .room = takes ? get_u32(in) : 0};
    struct result parked;

    w.timed = after > 0;
    w.deadline = clock_milliseconds() + (after < RECEIVE_LIMIT ? after : RECEIVE_LIMIT);
    if (takes)
        w.number[w.count++] = m->cookie;
    while (!takes && w.count < BOXES && in->read < in->data)
        w.number[w.count++] = get_u32(in);
    if (!incoming_end(in) || w.count == 0)
        return ERR_MESSAGE;
    if (waiters == WAITERS)
        remove_ended();
    if (waiters == WAITERS)
        return ERR_LIMIT;
    parked = park(m->cookie);
    if (parked.error)
        return parked.error == ERR_GONE ? PARKED : ERR_LIMIT;
    w.reply = parked.value;
    waiter[waiters++] = w;
    return PARKED;
}
