/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PM_SWAP: the swap device begins; and when its driver has ended, and been started again, goes on, with another door and another
 * buffer.  What is out is on that device only, so nothing else will do: it is known by its name and its size.
 */
#include "vm.h"

#include "limit.h"
#include "string.h"

static char name[SWAP_NAME_MAX];
static struct object *buffer;

/* May a device be used now, and this one?  Nothing may be under way with the old door and the old buffer. */
static uint32_t
check_device(const char *wanted, uint32_t length, uint32_t slots)
{
    if (length >= SWAP_NAME_MAX || slots < 2 || slots > OBJECT_PAGES_MAX)
        return ERR_RANGE;
    if (!swap_slots)
        return 0;
    if (!swap_gone() || slots != swap_slots || strcmp(wanted, name) != 0)
        return ERR_EXISTS;
    return swap_busy() ? ERR_PHASE : 0;
}

/* Who else's door is it, and is it one that can take calls?  Is the object whole, and nobody's buffer yet? */
static uint32_t
check_descriptors(const struct object *o, const struct descriptor *door)
{
    struct door_counts counts;

    if (!o || door_counts(door->number, &counts).error || counts.dead)
        return ERR_STALE;
    return !door->own && o->kind == OBJECT_SHARED && o->owner && o->pages >= SWAP_BUFFER ? 0 : ERR_RANGE;
}

/* All pages of the buffer are there. */
static bool
bring(struct object *o, struct page *pages[SWAP_BUFFER])
{
    for (uint32_t i = 0; i < SWAP_BUFFER; i++) {
        struct touched t = object_touch(o, i);

        if (t.outcome != TOUCH_DONE)
            return false;
        pages[i] = t.page;
    }
    return true;
}

/* From now on this is the buffer, and not what was it before. */
static void
take(struct object *o)
{
    object_keep(o);
    object_wire(o, 0, SWAP_BUFFER, 1);
    if (buffer) {
        object_wire(buffer, 0, SWAP_BUFFER, -1);
        object_give_up(buffer);
    }
    buffer = o;
}

/* 0, and the manager swaps from now on; or an error. */
static uint32_t
begin(const char *wanted, struct object *o, const struct descriptor *door, uint32_t slots)
{
    struct page *pages[SWAP_BUFFER];
    uint32_t error = check_descriptors(o, door);

    if (error)
        return error;
    if (!bring(o, pages) || !slots_start(slots))
        return ERR_LIMIT;
    take(o);
    strlcpy(name, wanted, sizeof(name));
    swap_to(door->number, pages);
    memory_check();
    return 0;
}

uint32_t
pm_swap(struct request *r)
{
    uint32_t slots = get_u32(&r->in), length, error;
    struct descriptor door, object;
    char wanted[SWAP_NAME_MAX];

    length = request_text(r, wanted, sizeof(wanted));
    door = get_descriptor(&r->in);
    object = get_descriptor(&r->in);
    error = request_end(r);
    if (error)
        return error;
    error = policy_may(r->process->domain, POLICY_SWAP) ? check_device(wanted, length, slots) : ERR_NO_ACCESS;
    if (!error)
        error = begin(wanted, object_named(&object, RIGHT_READ | RIGHT_WRITE), &door, slots);
    descriptor_close(object.number);
    if (error)
        descriptor_close(door.number);
    else
        reply_with(r, slots);
    return error;
}
