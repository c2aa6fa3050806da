/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The swap device: a map of its slots, each for one page; and what goes out and comes in.  Pages go in clusters, to slots that
 * are neighbours, through a buffer that manager and disk share.
 *
 * A slot is taken when a page is written, and stays with the page as long as that has not changed; it is free when the
 * page is gone, or is going to be written anew.  It is never free while it is being written.
 */
#include "vm.h"

#include "abi/disk.h"
#include "memory.h"
#include "string.h"

#define SECTORS (PAGE / DISK_SECTOR) /* of a page */

uint32_t swap_slots, swap_used, swap_bad;

enum { SLOT_FREE, SLOT_USED, SLOT_BAD };

static uint8_t *map; /* by slot; slot 0 is none */
static uint32_t disk, next_slot = 1;
static struct page *buffer[WORKERS / 2 * CLUSTER];
static struct page *leaving[CLUSTER]; /* the next cluster */
static uint32_t leaving_count;
static struct page *first_coming, **last_coming = &first_coming;
static struct job *writing[WORKERS / 2], *reading[WORKERS / 2];

void
slot_free(uint32_t slot)
{
    // SOLUTION swap.5
    // | /* TODO swap.5: slot 0 is none. */
    // | if (slot)
    // |     exercise_missing("swap.5");
    if (slot == 0)
        return;
    map[slot] = SLOT_FREE;
    swap_used--;
    // END swap.5
}

static void
slot_spoil(uint32_t slot)
{
    map[slot] = SLOT_BAD;
    swap_used--;
    swap_bad++;
}

static bool
all_free(uint32_t slot, uint32_t count)
{
    // SOLUTION swap.5
    // | /* TODO swap.5: what is behind the last slot is not. */
    // | (void)slot, (void)count;
    // | exercise_missing("swap.5");
    // | return false;
    for (uint32_t i = 0; i < count; i++)
        if (slot + i >= swap_slots || map[slot + i] != SLOT_FREE)
            return false;
    return true;
    // END swap.5
}

/* So many free slots in a row, from where the search ended last; 0: there are none. */
static uint32_t
find_run(uint32_t count)
{
    // SOLUTION swap.5
    // | /* TODO swap.5: slots 1 to swap_slots - 1, each once; next_slot goes on behind the last one, too. */
    // | (void)count, (void)all_free, (void)next_slot;
    // | exercise_missing("swap.5");
    // | return 0;
    for (uint32_t n = 1; n < swap_slots; n++) {
        uint32_t slot = next_slot < swap_slots ? next_slot : 1;

        next_slot = slot + 1;
        if (all_free(slot, count))
            return slot;
    }
    return 0;
    // END swap.5
}

/* Takes up to `*count` neighbours; as many as there are in one place. */
static uint32_t
take_run(uint32_t *count)
{
    // SOLUTION swap.5
    // | /* TODO swap.5: find_run(), of fewer if need be; they are in use from now on. */
    // | (void)count, (void)find_run;
    // | exercise_missing("swap.5");
    // | return 0;
    uint32_t slot = find_run(*count);

    while (!slot && *count > 1)
        slot = find_run(--*count);
    for (uint32_t i = 0; slot && i < *count; i++)
        map[slot + i] = SLOT_USED;
    swap_used += slot ? *count : 0;
    next_slot = slot + *count;
    return slot;
    // END swap.5
}

/* A cluster is complete, and has to be written before more can go. */
bool
swap_full(void)
{
    return leaving_count == CLUSTER;
}

/* There is no slot any more. */
bool
swap_exhausted(void)
{
    return swap_used + swap_bad + 1 + leaving_count >= swap_slots;
}

/* A page that is dirty: it goes, if there is a slot for it. */
void
swap_out(struct page *page)
{
    if (swap_exhausted())
        return;
    record_evict(page, "swap");
    page_unmap(page);
    page->state = PAGE_GOING;
    page->writing = true;
    leaving[leaving_count++] = page;
    if (swap_full())
        work_go();
}

void
swap_in(struct page *page)
{
    page->next = NULL;
    *last_coming = page;
    last_coming = &page->next;
    work_go();
}

static void
forget_in(struct page **list, uint32_t count, const struct page *page)
{
    for (uint32_t i = 0; i < count; i++)
        if (list[i] == page)
            list[i] = NULL;
}

/* It is gone: neither the queues nor jobs under way may touch it again. */
void
swap_forget(struct page *page)
{
    struct page **at = &first_coming;

    forget_in(leaving, leaving_count, page);
    for (uint32_t i = 0; i < WORKERS / 2; i++) {
        if (writing[i])
            forget_in(writing[i]->page, CLUSTER, page);
        if (reading[i])
            forget_in(reading[i]->page, CLUSTER, page);
    }
    while (*at && *at != page)
        at = &(*at)->next;
    if (*at)
        *at = page->next;
    for (last_coming = &first_coming; *last_coming; last_coming = &(*last_coming)->next)
        ;
}

/* --- Coming in. */

/* Nobody will ever know what was there. */
static void
lose(struct page *page)
{
    struct sleeper *sleepers = page->sleepers;

    slot_spoil(page->slot);
    page_free(page, ENTRY_LOST);
    sleep_fail(&sleepers, END_LOST, ERR_DISK);
}

static void
has_come(struct job *job)
{
    // SOLUTION swap.6
    // | /* TODO swap.6: is the page still wanted (job->page[0])?  Did the disk fail?  counts.swapped_in; who sleeps until it has come? */
    // | (void)job, (void)lose;
    // | exercise_missing("swap.6");
    struct page *page = job->page[0];

    reading[job->first / CLUSTER] = NULL;
    if (!page)
        return;
    if (job->result.error) {
        lose(page);
        return;
    }
    memcpy(page_bytes(page), page_bytes(buffer[job->first]), PAGE);
    page->state = PAGE_HERE;
    counts.swapped_in++;
    sleep_wake(&page->sleepers);
    // END swap.6
}

static void
start_coming(struct job *job)
{
    struct page *page = first_coming;

    first_coming = page->next;
    if (!first_coming)
        last_coming = &first_coming;
    reading[job->first / CLUSTER] = job;
    job->page[0] = page;
    job->function = DISK_READ;
    job->words[0] = page->slot * SECTORS;
    job->words[1] = SECTORS;
    job->done = has_come;
}

/* --- Going out. */

/* It was written, or not. */
static void
gone(struct page *page, uint32_t slot, bool failed)
{
    if (failed)
        slot_spoil(slot);
    else if (!page)
        slot_free(slot);
    if (!page)
        return;
    // SOLUTION swap.6
    // | /*
    // |  * TODO swap.6: did it fail?  Has somebody touched it meanwhile?  If not it is free now, its object has the slot, and
    // |  * counts.evicted; else it stays, and page_dirtied() frees the slot if it has changed.
    // |  */
    // | exercise_missing("swap.6");
    page->writing = false;
    page->slot = failed ? 0 : slot;
    if (page->state == PAGE_GOING && !failed) {
        page_free(page, ENTRY_SLOT(slot));
        counts.evicted++;
        return;
    }
    page->state = PAGE_HERE;
    page_dirtied(page, page->dirty || failed);
    // END swap.6
}

static void
has_gone(struct job *job)
{
    writing[job->first / CLUSTER] = NULL;
    for (uint32_t i = 0; i < job->pages; i++)
        gone(job->page[i], job->index + i, job->result.error);
    counts.swapped_out += job->result.error ? 0 : job->pages;
}

/* Those that nobody has dropped meanwhile. */
static void
pack(void)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < leaving_count; i++)
        if (leaving[i])
            leaving[kept++] = leaving[i];
    leaving_count = kept;
}

/* What does not fit into one run of slots stays for the next. */
static bool
start_going(struct job *job)
{
    // SOLUTION swap.6
    // | /*
    // |  * TODO swap.6: pack(), take_run(): so many of leaving[] become the job's, clean, with what they hold in its part of the
    // |  * buffer, from buffer[job->first] on.  job->index is the first slot.
    // |  */
    // | (void)job, (void)pack, (void)take_run, (void)has_gone;
    // | exercise_missing("swap.6");
    // | return false;
    pack();
    job->pages = leaving_count;
    job->index = leaving_count ? take_run(&job->pages) : 0;
    if (!job->index)
        return false;
    for (uint32_t i = 0; i < job->pages; i++) {
        job->page[i] = leaving[i];
        page_dirtied(job->page[i], false);
        memcpy(page_bytes(buffer[job->first + i]), page_bytes(job->page[i]), PAGE);
        leaving[i] = NULL;
    }
    pack();
    writing[job->first / CLUSTER] = job;
    job->function = DISK_WRITE;
    job->words[0] = job->index * SECTORS;
    job->words[1] = job->pages * SECTORS;
    job->done = has_gone;
    return true;
    // END swap.6
}

bool
swap_next(struct job *job)
{
    if (!first_coming && !leaving_count)
        return false;
    job->door = disk;
    job->words[2] = job->first * PAGE;
    job->count = 3;
    if (!first_coming)
        return start_going(job);
    start_coming(job);
    return true;
}

/* --- Beginning. */

/* All pages of the buffer are there, and stay there. */
static bool
take_buffer(struct object *o)
{
    for (uint32_t i = 0; i < WORKERS / 2 * CLUSTER; i++) {
        struct touched t = object_touch(o, i);

        if (t.outcome != TOUCH_DONE)
            return false;
        buffer[i] = t.page;
    }
    for (uint32_t i = 0; i < WORKERS / 2 * CLUSTER; i++)
        buffer[i]->wired++;
    return true;
}

/* 0, and the manager swaps from now on; or an error. */
static uint32_t
begin(struct object *o, uint32_t door, uint32_t slots)
{
    uint8_t *slot_map;

    if (swap_slots)
        return ERR_EXISTS;
    if (!o)
        return ERR_STALE;
    if (slots < 2 || slots > OBJECT_PAGES_MAX || o->kind != OBJECT_SHARED)
        return ERR_RANGE;
    slot_map = calloc(slots, 1);
    if (!slot_map || !take_buffer(o)) {
        free(slot_map);
        return ERR_LIMIT;
    }
    object_keep(o);
    map = slot_map;
    disk = door;
    swap_slots = slots;
    return 0;
}

uint32_t
pm_swap(struct request *r)
{
    uint32_t slots = get_u32(&r->in);
    struct descriptor door = get_descriptor(&r->in), object = get_descriptor(&r->in);
    uint32_t error = request_end(r);

    if (error)
        return error;
    error = policy_may(r->process->domain, POLICY_SWAP) ? 0 : ERR_NO_ACCESS;
    if (!error)
        error = begin(object_named(&object, RIGHT_READ | RIGHT_WRITE), door.number, slots);
    descriptor_close(object.number);
    if (error)
        descriptor_close(door.number);
    else
        reply_with(r, slots);
    return error;
}
