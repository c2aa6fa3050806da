/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages that a device may read or write by itself.  They stay where they are while their driver has them mapped; and after it has
 * ended, too, since nobody has told the device to stop: until a newer driver of the same domain has done so, which it does before it
 * wires its first page (abi/object.h).  All that takes memory is done when pages are wired, so nothing can fail when a driver ends.
 */
#include "vm.h"

#include "memory.h"

struct wiring {
    struct wiring *next; /* of those whose driver has ended */
    struct object *object;
    uint32_t first, pages;
    uint32_t domain, newest; /* the driver's; the newest process when it ended */
};

static struct wiring *held;

/* Its pages, which are all there, stay in memory.  False: no memory. */
bool
region_wire(struct region *r)
{
    struct wiring *new = malloc(sizeof(*new));

    if (!new)
        return false;
    *new = (struct wiring){.object = r->object, .first = r->first, .pages = r->pages, .domain = r->process->domain};
    object_wire(r->object, r->first, r->pages, 1);
    r->wired = new;
    return true;
}

static void
let_go(struct wiring *w)
{
    object_wire(w->object, w->first, w->pages, -1);
    free(w);
}

/* They need not stay any more: its process says so, whose device is at rest. */
void
region_unwire(struct region *r)
{
    if (r->wired)
        let_go(r->wired);
    r->wired = NULL;
}

/* Its process has ended: the pages are held, and so is the object, though nobody may have it mapped. */
void
region_hold(struct region *r)
{
    struct wiring *w = r->wired;

    if (!w)
        return;
    w->newest = process_newest;
    w->next = held;
    held = w;
    w->object->held++;
    r->wired = NULL;
}

static bool
is_after(const struct process *p, const struct wiring *w)
{
    return p->domain == w->domain && p->number > w->newest;
}

/* This process has the device now, and has stopped it. */
void
held_release(const struct process *p)
{
    struct wiring **at = &held;

    while (*at) {
        struct wiring *w = *at;
        struct object *o = w->object;

        if (!is_after(p, w)) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        let_go(w);
        o->held--;
        object_release(o);
    }
}
