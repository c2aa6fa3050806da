/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The window of a file server: see window.h.
 */
#include "window.h"

#include <stdbool.h>
#include <stddef.h>

#include "abi/object.h"
#include "object.h"

#define PAGE 4096u

static struct slot {
    bool open;
    uint32_t object, index;
    uint32_t used; /* when, in `now` */
} slot[PAGE_SLOTS];

static uint32_t window, now;

#define HINTS 64
static uint8_t hint[HINTS]; /* where a page with this hash was last, so that not all slots have to be looked at */

static void *
address_of(const struct slot *s)
{
    return (void *)(uintptr_t)(window + (s - slot) * PAGE);
}

uint32_t
window_start(uint32_t address)
{
    window = address;
    return page_window(address, PAGE_SLOTS).error;
}

void *
window_run(void)
{
    return address_of(slot);
}

static bool
has(const struct slot *s, uint32_t object, uint32_t index)
{
    return s->open && s->object == object && s->index == index;
}

/* The one that has the page; or the one that has not been used for the longest time. */
static struct slot *
search(uint32_t object, uint32_t index)
{
    struct slot *oldest = &slot[WINDOW_RUN];

    for (struct slot *s = oldest; s < slot + PAGE_SLOTS; s++) {
        if (has(s, object, index))
            return s;
        if (!s->open || (oldest->open && now - s->used > now - oldest->used))
            oldest = s;
    }
    return oldest;
}

static struct slot *
find(uint32_t object, uint32_t index)
{
    uint8_t *known = &hint[(object * 31 + index) % HINTS];

    if (*known < WINDOW_RUN || !has(&slot[*known], object, index))
        *known = search(object, index) - slot;
    return &slot[*known];
}

/* Its slot is closed by that, whatever comes of it. */
static struct result
open(struct slot *s, uint32_t object, uint32_t index)
{
    struct result r = page_open(s - slot, object, index);

    *s = (struct slot){!r.error, object, index, now};
    return r;
}

uint32_t
window_open(uint32_t object, uint32_t index, void **page, uint32_t *state)
{
    struct slot *s = find(object, index);
    struct result r = {PAGE_READY, 0};

    now++;
    if (!has(s, object, index))
        r = open(s, object, index);
    s->used = now;
    *page = address_of(s);
    *state = r.value;
    if (!r.error && !(r.value & PAGE_READY))
        s->open = false; /* it will be asked for once more */
    return r.error;
}

uint32_t
window_fill(uint32_t object, uint32_t index, uint32_t most, uint32_t *pages)
{
    struct result r = {PAGE_NEW, 0};

    for (*pages = 0; *pages < most && *pages < WINDOW_RUN; ++*pages) {
        r = open(&slot[*pages], object, index + *pages);
        if (r.error || r.value & PAGE_READY)
            break;
    }
    return *pages ? 0 : r.error;
}

static void
shut(struct slot *s)
{
    page_done(s - slot, PAGE_CLOSED);
    s->open = false;
}

/* A page of the run is in no other slot of it, as closing that would mean that it has not been cleaned. */
uint32_t
window_clean(uint32_t object, uint32_t from, uint32_t most, uint32_t *index, uint32_t *pages)
{
    struct result r = {0, ERR_NOT_FOUND};

    for (struct slot *s = slot; s < slot + WINDOW_RUN; s++)
        if (s->open && s->object == object)
            shut(s);
    for (*pages = 0; *pages < most && *pages < WINDOW_RUN; ++*pages) {
        r = page_dirty(*pages, object, from + *pages);
        slot[*pages] = (struct slot){!r.error, object, r.value, now};
        if (r.error)
            break;
        if (*pages == 0)
            *index = from = r.value;
        if (r.value == from + *pages)
            continue;
        page_done(*pages, PAGE_FAILED);
        break;
    }
    return *pages ? 0 : r.error;
}

static void
done(uint32_t pages, uint32_t state, uint32_t error)
{
    for (uint32_t i = 0; i < pages; i++) {
        page_done(i, error ? PAGE_FAILED : state);
        slot[i].open = !error || state == PAGE_CLEANED; /* a page that was not filled is gone */
    }
}

void
window_filled(uint32_t pages, uint32_t error)
{
    done(pages, PAGE_FILLED, error);
}

void
window_cleaned(uint32_t pages, uint32_t error)
{
    done(pages, PAGE_CLEANED, error);
}

void
window_forget(uint32_t object, uint32_t from)
{
    for (struct slot *s = slot; s < slot + PAGE_SLOTS; s++)
        if (s->open && s->object == object && s->index >= from)
            shut(s);
}
