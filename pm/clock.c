/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that is taken back when it is short: a hand goes round over all pages that are in memory, whatever object they are of.
 * What has been used since it came by last is left alone once more; the others go, to where they can be got back from.
 *
 * Some frames are kept for those on whom taking back depends: the kernel's tables, and the servers (bounds.c).
 */
#include "vm.h"

#define KEPT   80u  /* frames: ordinary programs wait when there are not more; bounds.c keeps some of them */
#define LOOKS  128u /* pages that one step looks at, so that it is not long */
#define ROUNDS 2u   /* after so many nothing can be found */

#define ASKED_EVERY   16u /* pages */
#define FRAMES_A_PAGE 3u  /* at most: with tables in two processes */

#define RECENT  16u  /* pages that have gone last */
#define IN_VAIN 256u /* so many more of these came back than of others, while the swap device was full: it is no use */

struct sleeper *memory_sleepers;

static uint32_t hand;
static uint32_t left, asked_in; /* free frames when the kernel was asked last; and after so many more it is asked again */

uint32_t
memory_kept(void)
{
    return KEPT;
}

/* Taking back begins before there are no more than those. */
static uint32_t
target(void)
{
    uint32_t more = frames_all / 32;

    return KEPT + (more < 32 ? 32 : more > 512 ? 512 : more);
}

/*
 * Free frames.  To ask the kernel costs as much as to map a page, so as long as there are many it is asked now and then, and
 * what was taken meanwhile is reckoned with.
 */
uint32_t
memory_left(void)
{
    if (asked_in == 0) {
        left = frames_free();
        if (left <= 2 * target() && pages_return())
            left = frames_free();
        asked_in = left > 2 * target() ? ASKED_EVERY : 0;
    }
    return left - (asked_in ? FRAMES_A_PAGE * (ASKED_EVERY - asked_in) : 0);
}

void
memory_used(void)
{
    asked_in -= asked_in > 0;
}

void
memory_ask(void)
{
    asked_in = 0;
}

/* Was it, when the kernel was asked? */
bool
memory_is_plenty(void)
{
    return asked_in > 0;
}

/* May it leave memory at all? */
static bool
may_go(const struct page *page)
{
    // SOLUTION swap.4
    // | /* TODO swap.4: what must stay?  Whose private memory must? */
    // | (void)page;
    // | exercise_missing("swap.4");
    // | return false;
    const struct object *o = page->object;

    if (page->state != PAGE_HERE || page->wired || page->writing || o->kind == OBJECT_RAM_DISK)
        return false;
    return o->kind != OBJECT_PRIVATE || !(bound_serves(o->owner) || o->owner->state == PROCESS_NEW);
    // END swap.4
}

/* Its content is on the swap device, or in its file; or was never anything but zeros. */
static void
forget(struct page *page)
{
    // SOLUTION swap.4
    // | /*
    // |  * TODO swap.4: nobody may have it mapped; its object keeps the slot; what is nothing again is on nobody's account.
    // |  * An object may have no owner.  page_free(); counts.evicted
    // |  */
    // | (void)page;
    // | exercise_missing("swap.4");
    struct object *o = page->object;
    uint32_t entry = page->slot ? ENTRY_SLOT(page->slot) : 0;

    page_unmap(page);
    if (!entry && o->kind != OBJECT_FILE && o->owner)
        o->owner->pages--;
    page_free(page, entry);
    counts.evicted++;
    // END swap.4
}

/*
 * When the swap device is full, only what has not been written can go.  If that is not enough for all, the same pages come and
 * go, and nobody gets on, though each waits only a moment: memory is full then, too.
 */
static struct {
    const struct object *object;
    uint32_t index;
} gone[RECENT]; /* the last ones */
static uint32_t gone_next, returned;

static void
remember(const struct page *page)
{
    gone[gone_next].object = page->object;
    gone[gone_next].index = page->index;
    gone_next = (gone_next + 1) % RECENT;
}

static bool
is_recent(const struct object *o, uint32_t index)
{
    for (uint32_t i = 0; i < RECENT; i++)
        if (gone[i].object == o && gone[i].index == index)
            return true;
    return false;
}

/* Could it not be brought back now?  Then it stays: who needs nothing that is out should not wait for a driver that has ended. */
static bool
is_cut_off(const struct page *page)
{
    return page->slot && swap_away;
}

/* It goes, or is going to; or cannot, because there is no room on the swap device. */
static void
evict(struct page *page)
{
    if (page->fresh) { /* who asked for it has not come to it yet */
        page->fresh = false;
        return;
    }
    page_protect(page);
    page_used(page); /* once more, now that nobody can write it */
    if (!page->dirty && is_cut_off(page))
        return;
    if (!page->dirty) {
        record_evict(page, "drop");
        remember(page);
        forget(page);
    } else if (page->object->kind == OBJECT_FILE) {
        record_evict(page, "clean");
        cache_clean(page->object);
    } else {
        swap_out(page);
    }
}

/* Looks at so many pages, until `wanted` frames are free. */
static void
reclaim(uint32_t looks, uint32_t wanted)
{
    // SOLUTION swap.4
    // | /* TODO swap.4: the hand goes on; stop when enough is free, or swap_full().  counts.looked */
    // | (void)looks, (void)wanted, (void)hand, (void)may_go, (void)evict;
    // | exercise_missing("swap.4");
    for (uint32_t n = 0; n < looks && !swap_full() && (n % 16 || frames_free() < wanted); n++) {
        struct page *page = &page_table[hand];

        hand = hand + 1 < page_count ? hand + 1 : 0;
        if (page_count == 0 || !may_go(page))
            continue;
        counts.looked++;
        if (!page_used(page))
            evict(page);
    }
    // END swap.4
    work_go();
}

bool
memory_short(const struct process *p)
{
    // SOLUTION swap.8
    // | /* TODO swap.8: reclaim(LOOKS, target()) when there is not enough; who must wait when there is hardly any? */
    // | (void)p, (void)reclaim;
    // | if (memory_left() <= target())
    // |     exercise_missing("swap.8");
    // | return false;
    if (memory_left() > target())
        return false;
    reclaim(LOOKS, target());
    return frames_free() <= KEPT && !bound_serves(p);
    // END swap.8
}

/* Those who wait for memory go on, if there is some. */
void
memory_freed(void)
{
    if (memory_sleepers && frames_free() > KEPT)
        sleep_wake(&memory_sleepers);
}

/* The ordinary process that has most; NULL. */
static struct process *
largest(void)
{
    // SOLUTION swap.8
    // | /* TODO swap.8: no server, and none that is ending. */
    // | exercise_missing("swap.8");
    // | return NULL;
    struct process *found = NULL;

    for (struct process *p = process_next(1); p; p = process_next(p->number + 1))
        if (p->state < PROCESS_ENDING && !bound_serves(p) && (!found || p->pages > found->pages))
            found = p;
    return found;
    // END swap.8
}

/* Memory is full, and so is the swap device: the process that has most ends, so that the others can go on. */
static void
exhausted(void)
{
    struct process *p = largest();

    if (!p) {
        sleep_fail(&memory_sleepers, END_MEMORY, ERR_LIMIT);
        return;
    }
    counts.ended++;
    returned = 0;
    life_end(p, END_MEMORY, 0);
}

static bool
more_comes(void)
{
    return work_busy(WORK_SWAP) || work_busy(WORK_FILE) || processes_ending > 0;
}

/* Whoever waits for memory either gets some, or something is under way that brings some, or somebody ends. */
void
memory_check(void)
{
    // SOLUTION swap.8
    // | /* TODO swap.8: who waits for memory goes on when there is some; or something is under way; or somebody ends. */
    // | (void)more_comes, (void)exhausted;
    // | if (memory_sleepers)
    // |     exercise_missing("swap.8");
    // | memory_freed();
    memory_freed();
    for (uint32_t n = 0; n < ROUNDS * page_count + LOOKS && memory_sleepers && !more_comes(); n += LOOKS) {
        reclaim(LOOKS, target());
        memory_freed();
    }
    if (memory_sleepers && !more_comes())
        exhausted();
    // END swap.8
}

/* A page that is not in memory is needed. */
void
memory_returns(const struct object *o, uint32_t index)
{
    if (asked_in > 0)
        returned = 0; /* there is plenty */
    else if (swap_exhausted() && is_recent(o, index))
        returned++;
    else
        returned -= returned > 0;
    if (returned > IN_VAIN && processes_ending == 0)
        exhausted();
}
