/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What processes ask about memory objects.
 */
#include "vm.h"

#include "abi/memory.h"

/* Nobody but servers makes the kinds whose pages do not go to the swap device. */
static uint32_t
may_make(const struct process *p, uint32_t kind, uint32_t pages, uint32_t descriptors)
{
    if (kind < OBJECT_SHARED || kind > OBJECT_FILE || descriptors != (kind == OBJECT_FILE))
        return ERR_MESSAGE;
    if (kind != OBJECT_SHARED && !policy_may(p->domain, POLICY_PAGER))
        return ERR_NO_ACCESS;
    if (pages > OBJECT_PAGES_MAX)
        return ERR_RANGE;
    return kind == OBJECT_SHARED && p->objects >= SHARED_MAX ? ERR_LIMIT : 0;
}

uint32_t
pm_object(struct request *r)
{
    uint32_t kind = get_u32(&r->in), pages = get_u32(&r->in), descriptors = r->in.descriptors, error;
    struct descriptor door = descriptors ? get_descriptor(&r->in) : (struct descriptor){0};
    struct object *o = NULL;
    struct result cap;

    error = request_end(r);
    if (error)
        return error;
    error = may_make(r->process, kind, pages, descriptors);
    if (!error && !(o = object_new(kind, pages, r->process)))
        error = ERR_LIMIT;
    if (!error) {
        o->door = door.number;
        cap = descriptor_duplicate(manager_door, RIGHTS_ALL, object_cookie(o));
        error = cap.error ? ERR_LIMIT : 0;
    }
    if (error) {
        if (o)
            object_orphan(o);
        else if (descriptors)
            descriptor_close(door.number);
        return error;
    }
    reply_give(r, cap.value, RIGHTS_ALL);
    put_value(r, o->index);
    return 0;
}

/* The object that a descriptor in a message names, if that has these rights. */
struct object *
object_named(const struct descriptor *d, uint32_t rights)
{
    struct look look;

    if ((d->rights & rights) != rights || !is_capability(d) || descriptor_look(d->number, &look).error)
        return NULL;
    return cookie_kind(look.cookie) == COOKIE_OBJECT ? object_of(look.cookie) : NULL;
}

static uint32_t
mappings(const struct object *o)
{
    uint32_t count = 0;

    for (const struct region *r = o->regions; r; r = r->next_of)
        count++;
    return count;
}

uint32_t
pm_object_stat(struct request *r)
{
    const struct object *o = r->object;
    struct object_view view = {0, 0, o->kind, o->pages, o->resident, o->dirty, o->swapped, mappings(o)};
    uint32_t error = request_end(r);

    if (!error)
        reply_view(r, &view, sizeof(view));
    return error;
}

uint32_t
pm_object_resize(struct request *r)
{
    uint32_t pages = get_u32(&r->in), error = request_end(r);

    if (!error && pages > OBJECT_PAGES_MAX)
        error = ERR_RANGE;
    if (!error && object_is_wired(r->object, pages))
        error = ERR_PHASE;
    if (!error && !object_resize(r->object, pages))
        error = ERR_LIMIT;
    if (!error)
        reply_with(r, pages);
    return error;
}

uint32_t
pm_object_delete(struct request *r)
{
    uint32_t error = request_end(r);

    if (!error && !r->object->owner)
        error = ERR_NO_ACCESS;
    if (error)
        return error;
    object_orphan(r->object);
    reply_with(r, 0);
    return 0;
}

uint32_t
pm_memory(struct request *r)
{
    struct memory_counts view = counts;
    uint32_t error = request_end(r);

    if (error)
        return error;
    pages_return();
    view.frames = frames_all;
    view.frames_free = frames_free();
    view.frames_kept = memory_kept();
    view.slots = swap_slots;
    view.slots_used = swap_used;
    view.slots_bad = swap_bad;
    for (uint32_t i = 0; i < page_count; i++)
        page_count_in(&view, &page_table[i]);
    reply_view(r, &view, sizeof(view));
    return 0;
}
