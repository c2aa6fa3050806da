/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The swap device: what goes out and comes in.  Pages go in clusters, to slots that are neighbours, through a buffer that
 * manager and disk share.  Its driver may end, and another come: what is out stays out so long.
 */
#include "vm.h"

#include "abi/disk.h"
#include "string.h"

#define SECTORS  (PAGE / DISK_SECTOR) /* of a page */
#define PATIENCE 2000u                /* milliseconds, for a driver to come back before memory may be full */

bool swap_away;

static uint32_t disk; /* the door; 0: there is none yet */
static bool hope;     /* it is dead, there may be another soon, and no worker waits for that yet */
static struct page *buffer[SWAP_BUFFER];
static struct page *leaving[CLUSTER]; /* the next cluster */
static uint32_t leaving_count;
static struct page *first_coming, **last_coming = &first_coming;
static struct job *writing[WORKERS / 2], *reading[WORKERS / 2];

/* A cluster is complete, and has to be written before more can go. */
bool
swap_full(void)
{
    return leaving_count == CLUSTER;
}

/* There is no slot any more, or nobody who could write to it. */
bool
swap_exhausted(void)
{
    return swap_away || swap_used + swap_bad + 1 + leaving_count >= swap_slots;
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

/* --- The device. */

/*
 * Its driver has ended.  From now on nothing goes out or comes in, until there is another one: swapon.c.  What was to go stays; who
 * waits for a page waits on.
 */
static void
device_gone(void)
{
    hope |= !swap_away;
    swap_away = true;
    for (uint32_t i = 0; i < leaving_count; i++)
        if (leaving[i]) {
            leaving[i]->writing = false;
            leaving[i]->state = PAGE_HERE;
        }
    leaving_count = 0;
}

bool
swap_gone(void)
{
    struct door_counts counts;

    if (!swap_away && (door_counts(disk, &counts).error || counts.dead))
        device_gone();
    return swap_away;
}

bool
swap_busy(void)
{
    for (uint32_t i = 0; i < WORKERS / 2; i++)
        if (writing[i] || reading[i])
            return true;
    return false;
}

/* The driver is there again, or was not started in time: whoever waits for memory is looked at once more. */
static void
waited(struct job *job)
{
    (void)job;
}

/* So long as a worker waits something is under way, and nobody ends because memory is full: for the driver is perhaps started again. */
static bool
start_waiting(struct job *job)
{
    if (!hope)
        return false;
    hope = false;
    work_wait(job, PATIENCE);
    job->done = waited;
    return true;
}

/* Nothing is under way: what waits for the device goes through this door and this buffer, whose pages stay. */
void
swap_to(uint32_t door, struct page *const pages[SWAP_BUFFER])
{
    if (disk)
        descriptor_close(disk);
    disk = door;
    swap_away = hope = false;
    memcpy(buffer, pages, sizeof(buffer));
    work_go();
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

/* If the driver has ended the page still comes, from the next one. */
static void
read_done(struct job *job)
{
    struct page *page = job->page[0];

    reading[job->first / CLUSTER] = NULL;
    if (job->result.error != ERR_DEAD) {
        has_come(job);
        return;
    }
    device_gone();
    if (page)
        swap_in(page);
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
    job->done = read_done;
}

/* --- Going out. */

/* It was written, or not; what becomes of the slot then has_gone() knows. */
static void
gone(struct page *page, uint32_t slot, bool failed)
{
    if (!page && !failed)
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

/* A slot is bad if the disk could not write it; if there was nobody who could have tried, it is free again. */
static void
has_gone(struct job *job)
{
    uint32_t error = job->result.error;

    writing[job->first / CLUSTER] = NULL;
    for (uint32_t i = 0; i < job->pages; i++) {
        gone(job->page[i], job->index + i, error);
        if (error)
            error == ERR_DEAD ? slot_free(job->index + i) : slot_spoil(job->index + i);
    }
    if (error == ERR_DEAD)
        device_gone();
    counts.swapped_out += error ? 0 : job->pages;
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
    // |  * TODO swap.6: pack(), slots_take(): so many of leaving[] become the job's, clean, with what they hold in its part of the
    // |  * buffer, from buffer[job->first] on.  job->index is the first slot.
    // |  */
    // | (void)job, (void)pack, (void)has_gone;
    // | exercise_missing("swap.6");
    // | return false;
    pack();
    job->pages = leaving_count;
    job->index = leaving_count ? slots_take(&job->pages) : 0;
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
    if (swap_away)
        return start_waiting(job);
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
