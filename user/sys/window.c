/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The window of a file server: see window.h.
 */
#include "window.h"

#include <stdbool.h>
#include <stddef.h>

#include "abi/object.h"
#include "object.h"

#define PAGE   4096u
#define PLACES (PAGE_SLOTS - WINDOW_RUN) /* of pages; the slots before them are for runs that go to the disk */
#define SPREAD 31 /* files one behind the other begin so far apart, and no two of PLACES at the same place */

/* `is_new`: it has still to be filled. */
static struct slot {
    bool open, is_new;
    uint32_t object, index;
} slot[PAGE_SLOTS];

static uint32_t window;
static struct slot *run = slot; /* begins there */

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
    return address_of(run);
}

static struct slot *
place_of(uint32_t object, uint32_t index)
{
    return &slot[WINDOW_RUN + (object * SPREAD + index) % PLACES];
}

/* The page is in the slot, which what was there before has left even if that fails. */
static uint32_t
show(struct slot *s, uint32_t object, uint32_t index, uint32_t *state)
{
    struct result r = {s->is_new ? PAGE_NEW : PAGE_READY, 0};

    if (!s->open || s->object != object || s->index != index) {
        r = page_open(s - slot, object, index);
        *s = (struct slot){!r.error, !(r.value & PAGE_READY), object, index};
    }
    *state = r.value;
    return r.error;
}

uint32_t
window_open(uint32_t object, uint32_t index, void **page, uint32_t *state)
{
    struct slot *s = place_of(object, index);

    *page = address_of(s);
    return show(s, object, index, state);
}

uint32_t
window_fill(uint32_t object, uint32_t index, uint32_t most, uint32_t *pages)
{
    uint32_t error = 0, state;

    run = place_of(object, index);
    for (*pages = 0; *pages < most && *pages < WINDOW_RUN && run + *pages < slot + PAGE_SLOTS; ++*pages) {
        error = show(run + *pages, object, index + *pages, &state);
        if (error || state & PAGE_READY)
            break;
    }
    return *pages ? 0 : error;
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

    run = slot;
    for (struct slot *s = run; s < run + WINDOW_RUN; s++)
        if (s->open && s->object == object)
            shut(s);
    for (*pages = 0; *pages < most && *pages < WINDOW_RUN; ++*pages) {
        r = page_dirty(*pages, object, from + *pages);
        run[*pages] = (struct slot){!r.error, false, object, r.value};
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
done(uint32_t first, uint32_t pages, uint32_t state)
{
    for (struct slot *s = run + first; s < run + first + pages; s++) {
        page_done(s - slot, state);
        s->is_new = false;
    }
}

void
window_filled(uint32_t first, uint32_t pages, uint32_t error)
{
    done(first, pages, error ? PAGE_FAILED : PAGE_FILLED);
    for (struct slot *s = run + first; error && s < run + first + pages; s++)
        s->open = false; /* the page is gone */
}

void
window_cleaned(uint32_t pages, uint32_t error)
{
    done(0, pages, error ? PAGE_FAILED : PAGE_CLEANED);
}

void
window_forget(uint32_t object, uint32_t from)
{
    for (struct slot *s = slot; s < slot + PAGE_SLOTS; s++)
        if (s->open && s->object == object && s->index >= from)
            shut(s);
}
