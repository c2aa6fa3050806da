/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message boxes, as who uses them sees them: see box.h.
 */
#include "box.h"

#include "keeper.h"
#include "manager.h"
#include "request.h"
#include "text.h"

static uint32_t keeper; /* a descriptor of its door; 0 before there is one */

static struct result
fail(uint32_t error)
{
    return (struct result){-1, error};
}

static struct result
meant(struct result r)
{
    if (r.error == KEEPER_ERR_TIME)
        r.error = ERR_TIME;
    else if (r.error == KEEPER_ERR_BIG)
        r.error = ERR_BIG;
    return r;
}

static struct result
start(void)
{
    struct result door = door_new("", false, KEEPER_ITSELF, 0), own;

    if (door.error)
        return door;
    own = descriptor_duplicate(door.value, RIGHTS_ALL, KEEPER_ITSELF);
    if (!own.error && keeper_start(door.value)) {
        keeper = own.value;
        return own;
    }
    descriptor_close(door.value);
    return fail(ERR_LIMIT);
}

struct result
box_new(void)
{
    uint32_t buffer[4];
    struct outgoing out;
    struct result r = keeper ? (struct result){0, 0} : start();

    if (r.error)
        return r;
    outgoing_start(&out, buffer, sizeof(buffer));
    return ask_descriptor(KEEPER_NEW, keeper, &out, NULL);
}

struct result
box_sender(uint32_t box)
{
    return descriptor_duplicate(box, RIGHT_WRITE | RIGHT_COPY | RIGHT_MOVE, 0);
}

struct result
box_taker(uint32_t box)
{
    return descriptor_duplicate(box, RIGHT_READ | RIGHT_COPY | RIGHT_MOVE, 0);
}

struct result
box_send(uint32_t box, const struct box_message *m)
{
    uint32_t buffer[BOX_DATA_MAX / 4 + BOX_DESCRIPTORS];
    struct outgoing out;
    struct incoming in;

    if (m->size > BOX_DATA_MAX || m->count > BOX_DESCRIPTORS)
        return fail(ERR_SIZE);
    outgoing_start(&out, buffer, sizeof(buffer));
    put_bytes(&out, m->data, m->size);
    for (uint32_t i = 0; i < m->count; i++)
        put_descriptor(&out, m->descriptor[i] & DESCRIPTOR_NUMBER, m->descriptor[i] >> DESCRIPTOR_RIGHTS & RIGHTS_ALL,
                       m->descriptor[i] & DESCRIPTOR_MOVE);
    return meant(ask(KEEPER_SEND, box, &out, &in));
}

struct result
box_receive(uint32_t box, struct box_message *m, uint32_t limit)
{
    uint32_t room = m->size < BOX_DATA_MAX ? m->size : BOX_DATA_MAX, buffer[2 + BOX_DATA_MAX / 4 + BOX_DESCRIPTORS];
    struct outgoing out;
    struct incoming in;
    struct result r;
    const void *bytes;

    outgoing_start(&out, buffer, 2 * sizeof(*buffer) + ((room + 3) & -4u) + sizeof(m->descriptor));
    put_u32(&out, limit);
    put_u32(&out, room);
    r = ask(KEEPER_TAKE, box, &out, &in);
    bytes = get_rest(&in, &m->size);
    for (m->count = 0; m->count < in.descriptors && m->count < BOX_DESCRIPTORS; m->count++)
        m->descriptor[m->count] = get_descriptor(&in).number;
    if ((!incoming_end(&in) || m->size > room) && !r.error)
        return fail(ERR_MESSAGE);
    memcpy(m->data, bytes, m->size);
    return meant(r);
}

struct result
box_would_block(uint32_t box)
{
    return ask_words(KEEPER_LOOK, box, NULL, 0);
}

/* Only the owner of the keeper's door is told its cookies. */
struct result
box_wait_for(const uint32_t *boxes, uint32_t count, uint32_t limit)
{
    uint32_t buffer[1 + BOXES + 1];
    struct outgoing out;
    struct incoming in;
    struct look look;

    if (count == 0 || count > BOXES)
        return fail(ERR_SIZE);
    outgoing_start(&out, buffer, sizeof(buffer));
    put_u32(&out, limit);
    for (uint32_t i = 0; i < count; i++) {
        if (descriptor_look(boxes[i], &look).error || !(look.flags & LOOK_OWN))
            return fail(ERR_TARGET);
        put_u32(&out, look.cookie);
    }
    return meant(ask(KEEPER_WAIT, keeper, &out, &in));
}

struct result
box_delete(uint32_t box)
{
    struct result r = ask_words(KEEPER_DELETE, box, NULL, 0);

    descriptor_close(box);
    return r;
}
