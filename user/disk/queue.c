/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The queue: see queue.h.
 */
#include "queue.h"

static struct request queue[QUEUE_MAX]; /* a ring */
static uint32_t first, count;

static struct request *
at(uint32_t i)
{
    return &queue[(first + i) % QUEUE_MAX];
}

/* The others keep their order. */
static void
drop_ended(void)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < count; i++)
        if (!caller_has_ended(at(i)->reply))
            *at(kept++) = *at(i);
    count = kept;
}

static uint32_t
held_by(uint32_t attachment)
{
    uint32_t held = 0;

    for (uint32_t i = 0; i < count; i++)
        held += at(i)->attachment == attachment;
    return held;
}

bool
queue_has_room(uint32_t attachment)
{
    if (count == QUEUE_MAX || held_by(attachment) == QUEUE_EACH)
        drop_ended();
    return count < QUEUE_MAX && held_by(attachment) < QUEUE_EACH;
}

void
queue_add(const struct request *r)
{
    *at(count++) = *r;
}

bool
queue_take(struct request *r)
{
    while (count > 0) {
        *r = *at(0);
        first = (first + 1) % QUEUE_MAX;
        count--;
        if (!caller_has_ended(r->reply))
            return true;
    }
    return false;
}

bool
queue_holds(uint32_t attachment)
{
    return held_by(attachment) > 0;
}
