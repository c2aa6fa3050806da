/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keeper of boxes: a thread that receives what is sent into them, and answers those who take it out.  It waits
 * for nobody; who has to wait is parked.  All of the state below, and in waiters.c, is its own.
 */
#include "keeper.h"

#include "abi/errors.h"
#include "text.h"

static struct {
    uint32_t door;
    struct box box[BOXES];
    uint8_t buffer[4096] __attribute__((aligned(4096)));
} k;

struct box *
keeper_box(uint32_t number)
{
    struct box *b = &k.box[number % BOXES];

    return number / BOXES == b->generation && b->generation & 1 ? b : NULL;
}

static uint32_t
number_of(const struct box *b)
{
    return b->generation * BOXES + (b - k.box);
}

/* --- Calls: 0, and the reply is in `out`; an error; or PARKED. */

static uint32_t
new_box(struct outgoing *out)
{
    struct box *b = k.box;
    struct result r;

    while (b < k.box + BOXES && b->generation & 1)
        b++;
    if (b == k.box + BOXES)
        return ERR_LIMIT;
    b->generation++;
    b->first = b->count = 0;
    r = descriptor_duplicate(k.door, RIGHTS_ALL, number_of(b));
    if (r.error) {
        b->generation++;
        return ERR_LIMIT;
    }
    put_result(out, 0);
    put_descriptor(out, r.value, RIGHTS_ALL, true);
    return 0;
}

static uint32_t
delete_box(struct box *b, struct outgoing *out)
{
    for (; b->count > 0; b->count--, b->first = (b->first + 1) % BOX_MESSAGES)
        for (uint32_t i = 0; i < b->message[b->first].descriptors; i++)
            descriptor_close(b->message[b->first].descriptor[i]);
    b->generation++;
    put_result(out, 0);
    return 0;
}

/* Its descriptors are the keeper's from now on; or are closed, with an error. */
static uint32_t
send_into(struct box *b, struct incoming *in, struct outgoing *out)
{
    uint32_t size, descriptors = in->descriptors, at = (b->first + b->count) % BOX_MESSAGES;
    const void *bytes = get_rest(in, &size);
    bool fits = size <= BOX_DATA_MAX && descriptors <= BOX_DESCRIPTORS, full = b->count == BOX_MESSAGES;

    for (uint32_t i = 0; i < descriptors && fits && !full; i++)
        b->message[at].descriptor[i] = get_descriptor(in).number;
    in->broken |= !fits || full;
    if (!incoming_end(in))
        return full ? ERR_LIMIT : ERR_MESSAGE;
    memcpy(b->message[at].data, bytes, size);
    b->message[at].size = size;
    b->message[at].descriptors = descriptors;
    b->count++;
    put_result(out, 0);
    return 0;
}

static uint32_t
handle_box(struct box *b, const struct message *m, struct incoming *in, struct outgoing *out)
{
    if (m->function == KEEPER_SEND)
        return send_into(b, in, out);
    if (m->function == KEEPER_TAKE)
        return waiter_add(m, in, true);
    if (!incoming_end(in) || (m->function != KEEPER_LOOK && m->function != KEEPER_DELETE))
        return ERR_MESSAGE;
    if (m->function == KEEPER_DELETE)
        return delete_box(b, out);
    put_result(out, b->count == 0);
    return 0;
}

static uint32_t
handle(const struct message *m, struct incoming *in, struct outgoing *out)
{
    struct box *b = keeper_box(m->cookie);

    if (b)
        return handle_box(b, m, in, out);
    if (m->cookie == KEEPER_ITSELF && m->function == KEEPER_WAIT)
        return waiter_add(m, in, false);
    if (m->cookie == KEEPER_ITSELF && m->function == KEEPER_NEW && incoming_end(in))
        return new_box(out);
    in->broken = true; /* all of its descriptors are closed */
    incoming_end(in);
    return m->cookie == KEEPER_ITSELF ? ERR_MESSAGE : ERR_STALE;
}

static void
keep(void *unused)
{
    (void)unused;
    for (;;) {
        struct message m = receive(k.door, k.buffer, CALL_DATA_MAX, waiters_limit());
        struct outgoing out;
        struct incoming in;
        uint32_t error = PARKED;

        if (m.function == CALL_INVALID && m.cookie != ERR_TIME)
            return;
        incoming_start(&in, k.buffer, m.sizes);
        reply_start(&out, k.buffer, sizeof(k.buffer), m.sizes);
        if (m.function >= CALL_USER_FIRST && m.function != CALL_INVALID)
            error = handle(&m, &in, &out);
        if (error == 0 && (out.broken || reply(m.cookie, k.buffer, outgoing_sizes(&out)).error))
            error = ERR_MESSAGE;
        if (error != PARKED)
            reply_error(error);
        waiters_serve();
    }
}

bool
keeper_start(uint32_t door)
{
    static uint8_t stack[4096] __attribute__((aligned(16)));

    k.door = door;
    return !thread_start(keep, NULL, stack, sizeof(stack)).error;
}
