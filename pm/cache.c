/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page cache: pages of files, which their servers fill and clean when they are asked to (abi/object.h, PAGER_...).  What is
 * asked for stands in two queues: pages that are missing, and objects of which something is dirty.
 */
#include "vm.h"

#include "call.h"

#define AHEAD    8u  /* pages that are asked for at once, when a file is read in order */
#define CLEANING 16u /* pages that are cleaned at once */

struct sleeper *dirty_sleepers;

static uint32_t dirty_count; /* but for those of objects that could not be cleaned */
static struct page *first_missing, **last_missing = &first_missing;
static struct object *first_dirty, **last_dirty = &first_dirty;

bool
cache_full(void)
{
    return dirty_count >= frames_all / 8;
}

/* What is dirty is counted: of the object, and of files altogether. */
void
page_dirtied(struct page *page, bool dirty)
{
    struct object *o = page->object;
    int32_t change = (int32_t)dirty - page->dirty;

    page->dirty = dirty;
    if (dirty && !page->writing) {
        slot_free(page->slot); /* what is there is old */
        page->slot = 0;
    }
    o->dirty += change;
    if (o->kind != OBJECT_FILE || o->failed)
        return;
    dirty_count += change;
    if (change < 0 && !cache_full())
        sleep_wake(&dirty_sleepers);
}

/* --- The queues. */

void
cache_fill(struct page *page)
{
    page->next = NULL;
    *last_missing = page;
    last_missing = &page->next;
    work_go();
}

/* It is there, or gone: it stands in no queue any more. */
void
cache_forget(struct page *page)
{
    struct page **at = &first_missing;

    if (page->object->kind != OBJECT_FILE)
        return;
    if (page->writing)
        page->object->writing--;
    while (*at && *at != page)
        at = &(*at)->next;
    if (*at)
        *at = page->next;
    for (last_missing = &first_missing; *last_missing; last_missing = &(*last_missing)->next)
        ;
}

void
cache_clean(struct object *o)
{
    if (o->queued || !o->owner)
        return;
    o->queued = true;
    o->next_dirty = NULL;
    *last_dirty = o;
    last_dirty = &o->next_dirty;
    work_go();
}

/* Too much is dirty: whatever has something of it is to be cleaned, whoever wants to write. */
void
cache_clean_all(void)
{
    for (uint32_t i = 0; i < OBJECTS; i++) {
        struct object *o = object_at(i);

        if (o && o->kind == OBJECT_FILE && o->dirty && !o->failed)
            cache_clean(o);
    }
}

void
cache_unqueue(struct object *o)
{
    struct object **at = &first_dirty;

    while (*at && *at != o)
        at = &(*at)->next_dirty;
    if (*at)
        *at = o->next_dirty;
    for (last_dirty = &first_dirty; *last_dirty; last_dirty = &(*last_dirty)->next_dirty)
        ;
    o->queued = false;
}

/* --- Filling. */

/* Its server has answered; if the page is still missing, it could not bring it. */
static void
filled(struct job *job)
{
    // SOLUTION swap.7
    // | /* TODO swap.7: is the object still there, and the page, and asked for no more since?  If it is COMING nobody brings it. */
    // | (void)job;
    // | exercise_missing("swap.7");
    struct object *o = object_of(job->cookie);
    uint32_t entry = o ? tree_get(&o->tree, job->index) : 0;
    struct page *page = ENTRY_IS_PAGE(entry) ? page_of(entry) : NULL;
    struct sleeper *sleepers = page ? page->sleepers : NULL;

    if (!page || page->state != PAGE_COMING || page->asked != job->asked)
        return;
    page->sleepers = NULL;
    page_drop(page);
    sleep_fail(&sleepers, END_LOST, ERR_DISK);
    // END swap.7
}

static bool
start_filling(struct job *job)
{
    // SOLUTION swap.7
    // | /*
    // |  * TODO swap.7: the first page of the queue: PAGER_FILL with index and count to the door of its object; o->last is the
    // |  * last page that has been asked for.
    // |  * Each request has a number, which page and job have: asked.
    // |  */
    // | (void)job, (void)filled;
    // | exercise_missing("swap.7");
    // | return false;
    struct page *page = first_missing;
    struct object *o = page->object;
    bool in_order = o->in_order || page->index == o->last + 1;
    static uint32_t asked;

    page->asked = ++asked;
    first_missing = page->next;
    if (!first_missing)
        last_missing = &first_missing;
    *job = (struct job){o->door, PAGER_FILL, {page->index, in_order ? AHEAD : 1}, 2, .done = filled, .first = job->first,
                        .cookie = object_cookie(o), .index = page->index, .asked = asked};
    o->last = page->index + (in_order ? AHEAD - 1 : 0);
    return true;
    // END swap.7
}

/* --- Cleaning. */

/* What it could not clean counts no more: nobody should have to wait for that. */
static void
could_not(struct object *o)
{
    if (!o->failed)
        dirty_count -= o->dirty;
    o->failed = true;
    sleep_fail(&o->synced, END_LOST, ERR_DISK);
    if (!cache_full())
        sleep_wake(&dirty_sleepers);
}

static void
cleaned(struct job *job)
{
    struct object *o = object_of(job->cookie);

    if (!o)
        return;
    if (job->result.error)
        could_not(o);
    else if (o->failed)
        dirty_count += o->dirty;
    o->failed = job->result.error;
    if (!o->dirty && !o->writing)
        sleep_wake(&o->synced);
    else if (!o->failed && (o->synced || cache_full()))
        cache_clean(o);
}

static void
start_cleaning(struct job *job)
{
    struct object *o = first_dirty;

    cache_unqueue(o);
    *job = (struct job){o->door, PAGER_CLEAN, {CLEANING}, 1, .done = cleaned, .first = job->first, .cookie = object_cookie(o)};
}

bool
cache_next(struct job *job)
{
    if (first_missing)
        return start_filling(job);
    if (!first_dirty)
        return false;
    start_cleaning(job);
    return true;
}
