/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windows: file servers see pages of their own objects in the slots of theirs, fill them, write to them, and
 * tell what became of them.
 */
#include "vm.h"

#include "abi/memory.h"
#include "call.h"
#include "memory.h"

struct window {
    uint32_t address, slots;
    struct page *page[PAGE_SLOTS];
};

static uint32_t
address_of(const struct window *w, uint32_t slot)
{
    return w->address + slot * PAGE;
}

/* Whatever was written to it through the slot, since the last time, makes it dirty. */
static void
settle(struct process *p, uint32_t slot)
{
    struct page *page = p->window->page[slot];
    static struct memory_view view;

    if (page && page->state == PAGE_HERE && !memory_scan(p->descriptor, address_of(p->window, slot), 1, &view).error)
        if (view.page[0] & MEMORY_DIRTY)
            page_dirtied(page, true);
}

static void
settle_all(struct process *p, const struct object *o)
{
    for (uint32_t i = 0; i < p->window->slots; i++)
        if (p->window->page[i] && p->window->page[i]->object == o)
            settle(p, i);
}

/* The page cannot be brought: who waits for it hears of that. */
static void
fail(struct page *page)
{
    struct sleeper *sleepers = page->sleepers;

    page->sleepers = NULL;
    page_drop(page);
    sleep_fail(&sleepers, END_LOST, ERR_DISK);
}

/* It is still dirty. */
static void
not_cleaned(struct page *page)
{
    // SOLUTION swap.7
    // | /* TODO swap.7: nor is it being cleaned; page_dirtied(). */
    // | (void)page;
    // | exercise_missing("swap.7");
    page->writing = false;
    page->object->writing--;
    page_dirtied(page, true);
    // END swap.7
}

static void
close(struct process *p, uint32_t slot)
{
    struct page *page = p->window->page[slot];

    if (!page)
        return;
    settle(p, slot);
    memory_unmap(p->descriptor, address_of(p->window, slot), 1);
    p->window->page[slot] = NULL;
    page->wired--;
    if (page->writing)
        not_cleaned(page);
    if (page->state == PAGE_COMING)
        fail(page);
}

/* The page is gone. */
void
window_closes(struct page *page)
{
    struct process *p = page->object->owner;

    for (uint32_t i = 0; p && p->window && i < p->window->slots; i++)
        if (p->window->page[i] == page) {
            memory_unmap(p->descriptor, address_of(p->window, i), 1);
            p->window->page[i] = NULL;
            page->wired--;
        }
}

void
window_forget(struct process *p)
{
    for (uint32_t i = 0; p->window && i < p->window->slots; i++)
        close(p, i);
    free(p->window);
    p->window = NULL;
}

uint32_t
pm_page_window(struct request *r)
{
    uint32_t address = get_u32(&r->in), slots = get_u32(&r->in), error = request_end(r);
    struct process *p = r->process;
    struct window *w;

    if (!error && !policy_may(p->domain, POLICY_PAGER))
        error = ERR_NO_ACCESS;
    if (!error && p->window)
        error = ERR_EXISTS;
    if (!error && (slots == 0 || slots > PAGE_SLOTS))
        error = ERR_RANGE;
    if (error)
        return error;
    w = calloc(1, sizeof(*w));
    error = w ? region_add(p, address, slots, 0, true) : ERR_LIMIT;
    if (error) {
        free(w);
        return error;
    }
    *w = (struct window){.address = address, .slots = slots};
    p->window = w;
    reply_with(r, address);
    return 0;
}

/* A page of this slot's own process is shown there. */
static uint32_t
show(struct process *p, uint32_t slot, struct page *page)
{
    uint32_t error = memory_share(p->descriptor, address_of(p->window, slot), 1, MEMORY_WRITABLE, DESCRIPTOR_ROOT,
                                  (uint32_t)page_bytes(page)).error;

    if (error)
        return ERR_LIMIT;
    p->window->page[slot] = page;
    page->wired++;
    return 0;
}

/* Is it a slot, and an object, of the process's?  0, or why not. */
static uint32_t
check(const struct process *p, uint32_t slot, const struct object *o)
{
    if (!p->window || slot >= p->window->slots)
        return ERR_RANGE;
    if (!o || o->owner != p || (o->kind != OBJECT_FILE && o->kind != OBJECT_RAM_DISK))
        return ERR_STALE;
    return 0;
}

/* The page, made if it is not there; its server does not wait for memory. */
static struct touched
open(struct object *o, uint32_t index)
{
    uint32_t entry = tree_get(&o->tree, index);
    struct page *page;

    if (entry)
        return (struct touched){.outcome = TOUCH_DONE, .page = page_of(entry)};
    if (o->kind == OBJECT_RAM_DISK || index >= o->pages)
        return object_touch(o, index);
    page = page_new(o, index);
    if (page)
        page->state = PAGE_COMING;
    return (struct touched){.outcome = page ? TOUCH_DONE : TOUCH_MEMORY, .page = page};
}

uint32_t
pm_page_open(struct request *r)
{
    uint32_t slot = get_u32(&r->in), number = get_u32(&r->in), index = get_u32(&r->in), error = request_end(r);
    struct object *o = object_at(number);
    struct touched t;

    if (!error)
        error = check(r->process, slot, o);
    if (error)
        return error;
    close(r->process, slot);
    memory_short(r->process);
    t = open(o, index);
    if (t.outcome != TOUCH_DONE)
        return t.outcome == TOUCH_MEMORY ? ERR_LIMIT : t.error;
    error = show(r->process, slot, t.page);
    if (!error)
        reply_with(r, (t.page->state == PAGE_COMING ? PAGE_NEW : PAGE_READY) | (cache_full() ? PAGE_CLEAN_SOME : 0));
    else if (t.page->state == PAGE_COMING)
        fail(t.page);
    return error;
}

/* The first dirty page from there on. */
static struct page *
dirty_page(const struct object *o, uint32_t from)
{
    // SOLUTION swap.7
    // | /* TODO swap.7: tree_next(). */
    // | (void)o, (void)from;
    // | exercise_missing("swap.7");
    // | return NULL;
    for (uint32_t i = tree_next(&o->tree, from); i != TREE_NONE && o->dirty; i = tree_next(&o->tree, i + 1)) {
        struct page *page = page_of(tree_get(&o->tree, i));

        if (page->dirty)
            return page;
    }
    return NULL;
    // END swap.7
}

/* From now on it counts as clean; who writes to it meanwhile makes it dirty again. */
static void
begin_cleaning(struct page *page)
{
    // SOLUTION swap.7
    // | /*
    // |  * TODO swap.7: it counts as clean from now on; what is written to it meanwhile has to be noticed, and what was written before
    // |  * not once more: page_protect(), page_used(), page_dirtied().  o->writing
    // |  */
    // | (void)page;
    // | exercise_missing("swap.7");
    page_protect(page);
    page_used(page); /* what was written so far its server sees: the processor's tables must not tell of it later */
    page_dirtied(page, false);
    if (!page->writing)
        page->object->writing++;
    page->writing = true;
    // END swap.7
}

uint32_t
pm_page_dirty(struct request *r)
{
    uint32_t slot = get_u32(&r->in), number = get_u32(&r->in), from = get_u32(&r->in), error = request_end(r);
    struct object *o = object_at(number);
    struct process *p = r->process;
    struct page *page;

    if (!error)
        error = check(p, slot, o);
    if (error)
        return error;
    close(p, slot);
    settle_all(p, o);
    page = dirty_page(o, from);
    error = page ? show(p, slot, page) : ERR_NOT_FOUND;
    if (error)
        return error;
    begin_cleaning(page);
    reply_with(r, page->index);
    return 0;
}

/* What was written to the page so far is what its file has. */
static void
settle_filled(struct process *p, uint32_t slot, struct page *page)
{
    static struct memory_view view;

    memory_scan(p->descriptor, address_of(p->window, slot), 1, &view);
    page->state = PAGE_HERE;
    cache_forget(page); /* its server may have brought it unasked */
    counts.filled++;
    sleep_wake(&page->sleepers);
}

static void
settle_cleaned(struct page *page)
{
    // SOLUTION swap.7
    // | /* TODO swap.7: counts.cleaned; who waits in o->synced? */
    // | (void)page;
    // | exercise_missing("swap.7");
    struct object *o = page->object;

    page->writing = false;
    o->writing--;
    counts.cleaned++;
    if (!o->dirty && !o->writing)
        sleep_wake(&o->synced);
    // END swap.7
}

uint32_t
pm_page_done(struct request *r)
{
    uint32_t slot = get_u32(&r->in), state = get_u32(&r->in), error = request_end(r);
    struct process *p = r->process;
    struct page *page = p->window && slot < p->window->slots ? p->window->page[slot] : NULL;

    if (error)
        return error;
    if (!page)
        return ERR_RANGE;
    if (state == PAGE_FILLED && page->state == PAGE_COMING)
        settle_filled(p, slot, page);
    else if (state == PAGE_CLEANED && page->writing)
        settle_cleaned(page);
    else if (state == PAGE_FAILED && page->writing)
        not_cleaned(page);
    else if (state == PAGE_CLOSED || (state == PAGE_FAILED && page->state == PAGE_COMING))
        close(p, slot);
    else
        return ERR_PHASE;
    reply_with(r, 0);
    return 0;
}
