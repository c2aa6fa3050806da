/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What processes ask about what they have mapped.
 */
#include "vm.h"

#include "abi/memory.h"
#include "call.h"
#include "memory.h"

#define FLAGS        (MEMORY_WRITABLE | MAP_PRIVATE)
#define PRESENT_MOST 16u /* pages that are mapped without a fault */
#define BRING_MOST   256u /* pages that one piece of advice brings */

/* The part of a request that says what is to be mapped, and where. */
struct mapping {
    uint32_t address, pages, flags, first;
    struct descriptor object;
};

static uint32_t
get_mapping(struct request *r, struct mapping *m)
{
    m->address = get_u32(&r->in);
    m->pages = get_u32(&r->in);
    m->flags = get_u32(&r->in);
    m->first = get_u32(&r->in);
    m->object = get_descriptor(&r->in);
    return request_end(r);
}

/* Into `p`, at a place that is known.  0, or an error. */
static uint32_t
add(struct process *p, const struct mapping *m)
{
    bool private = m->flags & MAP_PRIVATE, may_write = private || m->object.rights & RIGHT_WRITE;
    struct object *o = object_named(&m->object, RIGHT_READ);
    uint32_t error;

    // SOLUTION swap.1
    // | /* TODO swap.1: who may (else, or without an object, ERR_NO_ACCESS); region_add(), MAP_OBJECT, MAP_WRITE; region_attach(). */
    // | (void)p, (void)o, (void)may_write, (void)error;
    // | exercise_stop("swap.1");
    if (!o || (m->flags & MEMORY_WRITABLE && !may_write))
        return ERR_NO_ACCESS;
    if (m->flags & ~FLAGS)
        return ERR_MESSAGE;
    if (m->pages > OBJECT_PAGES_MAX || m->first > OBJECT_PAGES_MAX)
        return ERR_RANGE;
    error = region_add(p, m->address, m->pages, m->flags | MAP_OBJECT | (may_write ? MAP_WRITE : 0), false);
    if (!error)
        region_attach(region_at(p, m->address), p, o, m->first);
    return error;
    // END swap.1
}

/*
 * What is to be read and is in memory anyway need not be waited for: the text of a program that is about to start.  What cannot be
 * mapped now comes by a fault.
 */
static void
map_present(const struct region *r)
{
    uint32_t pages = r->flags & MEMORY_WRITABLE ? 0 : r->pages < PRESENT_MOST ? r->pages : PRESENT_MOST;

    for (uint32_t i = 0; i < pages && r->first + i < r->object->pages; i++) {
        const struct page *page = region_page(r, r->first + i);

        if (page && page->state == PAGE_HERE && page_map(page, r->process, r->address + i * PAGE, false, false))
            return;
    }
}

static uint32_t
reply_mapped(struct request *r, struct process *p, const struct mapping *m)
{
    uint32_t error = add(p, m);

    descriptor_close(m->object.number);
    if (!error)
        reply_with(r, m->address);
    return error;
}

uint32_t
pm_map_object(struct request *r)
{
    struct mapping m;
    uint32_t error = get_mapping(r, &m);

    if (error)
        return error;
    if (m.address == 0)
        m.address = region_room(r->process, m.pages);
    return reply_mapped(r, r->process, &m);
}

/* For a child that has not been started. */
uint32_t
pm_write_object(struct request *r)
{
    struct mapping m;
    uint32_t error = get_mapping(r, &m);

    if (error)
        return error;
    if (r->process->state != PROCESS_NEW) {
        descriptor_close(m.object.number);
        return ERR_PHASE;
    }
    error = reply_mapped(r, r->process, &m);
    if (!error)
        map_present(region_at(r->process, m.address));
    return error;
}

bool
region_split(struct process *p, uint32_t address)
{
    struct region *r = region_at(p, address), *rest;
    uint32_t before = r ? (address - r->address) / PAGE : 0;

    if (before == 0)
        return true;
    rest = bound_region(p) ? NULL : malloc(sizeof(*rest));
    if (!rest)
        return false;
    *rest = (struct region){.next = r->next, .address = address, .pages = r->pages - before, .flags = r->flags,
                             .process = p};
    if (r->object)
        region_attach(rest, p, r->object, r->first + before);
    r->pages = before;
    r->next = rest;
    p->region_count++;
    return true;
}

/* Calls `function` for each region of the range, none of which may be fixed or missing.  0, or an error. */
static uint32_t
each_region(struct process *p, uint32_t address, uint32_t pages, uint32_t (*function)(struct region *r, uint32_t first,
            uint32_t last, uint32_t argument), uint32_t argument)
{
    uint32_t end = address + pages * PAGE, error = 0;

    if (!is_range(address, pages))
        return ERR_RANGE;
    for (uint32_t at = address; at < end && !error;) {
        struct region *r = region_at(p, at);
        uint32_t last;

        if (!r || r->fixed)
            return ERR_RANGE;
        last = r->address + r->pages * PAGE;
        error = function(r, at, last < end ? last : end, argument);
        at = last;
    }
    return error;
}

static uint32_t
may_protect(struct region *r, uint32_t first, uint32_t last, uint32_t flags)
{
    (void)first, (void)last;
    return r->wired || (flags & MEMORY_WRITABLE && r->object && !(r->flags & MAP_WRITE)) ? ERR_NO_ACCESS : 0;
}

/* What is known of the content of a page that is about to be mapped anew is not forgotten. */
static void
settle(const struct region *r, struct page *page, uint32_t address)
{
    memory_protect(r->process->descriptor, address, 1, 0); /* nobody writes it between the look and the end */
    page_used(page);
}

/* The same of all pages of an object from `first` up to `last`, which are in the region from `address` on. */
static void
settle_all(const struct region *r, const struct tree *tree, uint32_t first, uint32_t last, uint32_t address)
{
    for (uint32_t i = tree_next(tree, first); i < last; i = tree_next(tree, i + 1)) {
        uint32_t entry = tree_get(tree, i);

        if (ENTRY_IS_PAGE(entry))
            settle(r, page_of(entry), address + (i - first) * PAGE);
    }
}

/* Pages are mapped anew, as they are touched. */
static uint32_t
protect(struct region *r, uint32_t first, uint32_t last, uint32_t flags)
{
    uint32_t behind = (first - r->address) / PAGE, pages = (last - first) / PAGE;

    settle_all(r, &r->process->memory->tree, first / PAGE, last / PAGE, first);
    if (r->object)
        settle_all(r, &r->object->tree, r->first + behind, r->first + behind + pages, first);
    space_unmap(r->process, first, pages);
    r->flags = (r->flags & ~MEMORY_WRITABLE) | flags;
    return 0;
}

uint32_t
pm_protect(struct request *r)
{
    uint32_t address = get_u32(&r->in), pages = get_u32(&r->in), flags = get_u32(&r->in), error = request_end(r);
    struct process *p = r->process;

    if (!error && flags & ~MEMORY_WRITABLE)
        error = ERR_MESSAGE;
    if (!error)
        error = each_region(p, address, pages, may_protect, flags);
    if (!error && !(region_split(p, address) && region_split(p, address + pages * PAGE)))
        error = ERR_LIMIT;
    if (!error)
        error = each_region(p, address, pages, protect, flags);
    if (!error)
        reply_with(r, address);
    return error;
}

/* --- Advice. */

/* So much as there is room for is asked for; who needs it waits then, or need not. */
static void
bring(struct region *r, uint32_t first, uint32_t last)
{
    struct touched t = {.outcome = TOUCH_DONE};

    if (last - first > BRING_MOST * PAGE)
        last = first + BRING_MOST * PAGE;
    for (uint32_t at = first; at < last && t.outcome != TOUCH_MEMORY && !memory_short(NULL); at += PAGE) {
        t = private_touch(r->process, at / PAGE);
        if (t.outcome == TOUCH_NEW && r->object)
            t = object_touch(r->object, r->first + (at - r->address) / PAGE);
    }
}

static uint32_t
advise(struct region *r, uint32_t first, uint32_t last, uint32_t advice)
{
    if (r->wired)
        return ERR_NO_ACCESS;
    if (advice == ADVICE_WILL_NEED)
        bring(r, first, last);
    if (advice == ADVICE_DONT_NEED)
        object_cut(r->process->memory, first / PAGE, last / PAGE);
    if (r->object)
        r->object->in_order = advice == ADVICE_SEQUENTIAL;
    return 0;
}

uint32_t
pm_advise(struct request *r)
{
    uint32_t address = get_u32(&r->in), pages = get_u32(&r->in), advice = get_u32(&r->in), error = request_end(r);

    if (!error && advice > ADVICE_SEQUENTIAL)
        error = ERR_MESSAGE;
    if (!error)
        error = each_region(r->process, address, pages, advise, advice);
    if (!error)
        reply_with(r, address);
    return error;
}

/* --- Writing back. */

static struct object *unclean; /* the first that each_region() has met */

static uint32_t
sync(struct region *r, uint32_t first, uint32_t last, uint32_t argument)
{
    (void)first, (void)last, (void)argument;
    if (r->object && r->object->kind == OBJECT_FILE && !(r->flags & MAP_PRIVATE) && (r->object->dirty || r->object->writing))
        unclean = r->object;
    return 0;
}

uint32_t
pm_sync(struct request *r)
{
    uint32_t address = get_u32(&r->in), pages = get_u32(&r->in), error = request_end(r);

    unclean = NULL;
    if (!error)
        error = each_region(r->process, address, pages, sync, 0);
    if (!error && unclean) {
        error = sleep_call(&unclean->synced, r);
        cache_clean(unclean);
    }
    if (!error)
        reply_with(r, 0);
    return error;
}

/* --- Wiring. */

/* All pages of the region are there: 0.  Nobody waits for those that come, since who asks may be the one who has to bring them. */
static uint32_t
bring_all(const struct region *r)
{
    uint32_t error = 0;

    for (uint32_t i = 0; i < r->pages; i++) {
        struct touched t = object_touch(r->object, r->first + i);

        if (t.outcome == TOUCH_WAIT)
            error = ERR_PHASE;
        else if (t.outcome != TOUCH_DONE)
            return t.outcome == TOUCH_MEMORY ? ERR_LIMIT : t.error;
    }
    return error;
}

/* A region as a whole. */
static uint32_t
wire_shared(struct region *r, uint32_t address, uint32_t pages)
{
    uint32_t error;

    if (r->flags & MAP_PRIVATE || !(r->flags & MEMORY_WRITABLE) || r->wired || r->object->kind != OBJECT_SHARED)
        return ERR_RANGE;
    if (r->address != address || r->pages != pages)
        return ERR_RANGE;
    error = bring_all(r);
    return error ? error : region_wire(r) ? 0 : ERR_LIMIT;
}

/* Memory of a server's own, which never leaves anyway, once it is there; but it goes with its process, so no device may use it. */
static uint32_t
wire_private(struct process *p, uint32_t address, uint32_t pages)
{
    uint8_t byte;
    uint32_t error = bound_serves(p) ? 0 : ERR_NO_ACCESS;

    for (uint32_t i = 0; i < pages && !error; i++)
        error = memory_read(p, &byte, address + i * PAGE, sizeof(byte));
    return error;
}

/* Where it is in the machine's memory. */
static uint32_t
physical(const struct page *page)
{
    static struct memory_view view;

    memory_query(DESCRIPTOR_ROOT, (uint32_t)page_bytes(page), 1, &view);
    return view.page[0] & MEMORY_FRAME;
}

uint32_t
pm_wire(struct request *r)
{
    uint32_t address = get_u32(&r->in), pages = get_u32(&r->in), error = request_end(r);
    struct region *region = region_at(r->process, address);

    if (!error && !policy_may(r->process->domain, POLICY_DMA))
        error = ERR_NO_ACCESS;
    if (!error && (!region || pages > WIRE_MAX || !is_range(address, pages)))
        error = ERR_RANGE;
    if (!error)
        error = region->object ? wire_shared(region, address, pages) : wire_private(r->process, address, pages);
    if (error)
        return error;
    held_release(r->process);
    reply_with(r, region->object ? pages : 0);
    for (uint32_t i = 0; region->object && i < pages; i++)
        put_u32(&r->out, physical(region_page(region, region->first + i)));
    return 0;
}
