/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory of processes: regions, whose pages come when they are touched, as zeros.  The
 * manager is the pager of all processes but itself.
 */
// SINCE swap
// < #include "pm.h"
#include "vm.h"
// END swap

#include "abi/memory.h"
#include "memory.h"

/* Is the range a whole number of pages of a program's memory? */
// SINCE swap
// < static bool
bool
// END swap
is_range(uint32_t address, uint32_t pages)
{
    return address >= PAGE && address % PAGE == 0 && pages > 0 && address < KERNEL_BASE
        && pages <= (KERNEL_BASE - address) / PAGE;
}

static bool
overlaps(const struct region *r, uint32_t address, uint32_t pages)
{
    return address < r->address + r->pages * PAGE && r->address < address + pages * PAGE;
}

/* Where a region of this address is to be, or is: the pointer that points there. */
static struct region **
place_of(struct process *p, uint32_t address)
{
    struct region **at = &p->regions;

    while (*at && (*at)->address + (*at)->pages * PAGE <= address)
        at = &(*at)->next;
    return at;
}

/* Is nothing there yet? */
bool
region_free(const struct process *p, uint32_t address, uint32_t pages)
{
    for (const struct region *r = p->regions; r; r = r->next)
        if (overlaps(r, address, pages))
            return false;
    return true;
}

/* Does a region go on in what begins at `address`? */
static bool
goes_on(const struct region *r, uint32_t address, uint32_t flags, bool fixed)
{
    // SINCE swap
    if (flags & MAP_OBJECT)
        return false;
    // END swap
    return r->address + r->pages * PAGE == address && r->flags == flags && !r->fixed && !fixed;
}

/* 0, or an error. */
uint32_t
region_add(struct process *p, uint32_t address, uint32_t pages, uint32_t flags, bool fixed)
{
    struct region **at, *new;

    if (!is_range(address, pages) || !region_free(p, address, pages))
        return ERR_RANGE;
    for (struct region *r = p->regions; r; r = r->next)
        if (goes_on(r, address, flags, fixed)) {
            r->pages += pages;
            return 0;
        }
    new = bound_region(p) ? NULL : malloc(sizeof(*new));
    if (!new)
        return ERR_LIMIT;
    at = place_of(p, address);
    // SINCE swap
    // < *new = (struct region){*at, address, pages, flags, fixed};
    *new = (struct region){.next = *at, .address = address, .pages = pages, .flags = flags, .fixed = fixed, .process = p};
    // END swap
    *at = new;
    p->region_count++;
    return 0;
}

/* A fixed region that has just been added is of no use: its pages could not all be there. */
void
region_take_back(struct process *p, uint32_t address)
{
    struct region **at = place_of(p, address), *r = *at;

    for (uint32_t done = 0; done < r->pages; done += MEMORY_PAGES_MAX)
        memory_unmap(p->descriptor, address + done * PAGE, least(r->pages - done, MEMORY_PAGES_MAX));
    *at = r->next;
    free(r);
    p->region_count--;
}

/* The first room for so many pages that programs may map; 0 if there is none. */
uint32_t
region_room(const struct process *p, uint32_t pages)
{
    // SOLUTION pm.1
    // | /* TODO pm.1 */
    // | (void)p, (void)pages;
    // | exercise_missing("pm.1");
    // | return 0;
    uint32_t at = MAP_BASE;

    if (pages == 0 || pages > (MAP_LIMIT - MAP_BASE) / PAGE)
        return 0;
    for (const struct region *r = p->regions; r; r = r->next)
        if (overlaps(r, at, pages))
            at = r->address + r->pages * PAGE;
    return at <= MAP_LIMIT - pages * PAGE ? at : 0;
    // END pm.1
}

// SINCE swap
// < static const struct region *
struct region *
// END swap
region_at(const struct process *p, uint32_t address)
{
    // SINCE swap
    // < for (const struct region *r = p->regions; r; r = r->next)
    for (struct region *r = p->regions; r; r = r->next)
    // END swap
        if (address - r->address < r->pages * PAGE)
            return r;
    return NULL;
}

/* Has the kernel mapped the page of this address? */
static bool
is_there(const struct process *p, uint32_t address)
{
    static struct memory_view view;

    return !memory_query(p->descriptor, address & -PAGE, 1, &view).error && view.page[0];
}

/* The page of this address, which was not there.  0 if it is now, or an error. */
uint32_t
region_bring(struct process *p, uint32_t address)
{
    // SOLUTION pm.1
    // | /* TODO pm.1: the kernel's memory_map(), with what the region says, if bound_page() lets it; and count it. */
    // | (void)p, (void)address, (void)region_at, (void)is_there;
    // | exercise_stop("pm.1");
    const struct region *r = region_at(p, address);
    uint32_t error;

    if (!r || r->fixed)
        return ERR_RANGE;
    error = bound_page(p);
    if (!error)
        error = memory_map(p->descriptor, address & -PAGE, 1, r->flags).error;
    p->pages += !error;
    return error && !is_there(p, address) ? ERR_LIMIT : 0; /* another thread may have touched it first */
    // END pm.1
}

/* What is in the kernel of a range; where there is nothing, that takes no time. */
// SINCE swap
// < static void
// < unmap(struct process *p, uint32_t address, uint32_t pages)
void
space_unmap(struct process *p, uint32_t address, uint32_t pages)
// END swap
{
    static struct memory_view view;
    uint32_t end = address + pages * PAGE;

    while (address && address < end) {
        uint32_t left = (end - address) / PAGE, some = left < MEMORY_PAGES_MAX ? left : MEMORY_PAGES_MAX;
        // SINCE swap
        // < struct result r = memory_unmap(p->descriptor, address, some);
        // <
        // < p->pages -= r.error ? 0 : r.value;
        memory_unmap(p->descriptor, address, some);
        // END swap
        address = memory_query(p->descriptor, address, some, &view).error ? address + some * PAGE : view.next;
    }
}

// SINCE swap
/* The same for good: what is the process's own is gone. */
static void
unmap(struct process *p, uint32_t address, uint32_t pages)
{
    object_cut(p->memory, address / PAGE, address / PAGE + pages);
    space_unmap(p, address, pages);
}

// END swap
/* Takes [first, last) out of one region: nothing, its beginning, its end, or a second region is left.  False: no room for that. */
static bool
cut(struct process *p, struct region **at, uint32_t first, uint32_t last)
{
    struct region *r = *at, *rest;
    uint32_t end = r->address + r->pages * PAGE;

    // SINCE swap
    if (r->object && !region_may_cut(r, first, last))
        return false;
    // END swap
    if (first <= r->address && last >= end) {
        *at = r->next;
        // SINCE swap
        if (r->object)
            region_detach(r);
        // END swap
        free(r);
        p->region_count--;
    } else if (first <= r->address) {
        r->pages = (end - last) / PAGE;
        // SINCE swap
        r->first += (last - r->address) / PAGE;
        // END swap
        r->address = last;
    } else {
        rest = last < end && !bound_region(p) ? malloc(sizeof(*rest)) : NULL;
        if (last < end && !rest)
            return false;
        r->pages = (first - r->address) / PAGE;
        if (rest) {
            // SINCE swap
            // < *rest = (struct region){r->next, last, (end - last) / PAGE, r->flags, r->fixed};
            *rest = (struct region){.next = r->next, .address = last, .pages = (end - last) / PAGE, .flags = r->flags,
                                    .fixed = r->fixed, .process = p};
            if (r->object)
                region_attach(rest, p, r->object, r->first + (last - r->address) / PAGE);
            // END swap
            r->next = rest;
            p->region_count++;
        }
    }
    return true;
}

/* All of the range has to be memory that may go.  0, or an error. */
uint32_t
region_remove(struct process *p, uint32_t address, uint32_t pages)
{
    // SOLUTION pm.1
    // | /* TODO pm.1: what has to hold first?  Then cut() each region, and unmap() the pages. */
    // | (void)p, (void)address, (void)pages, (void)cut, (void)unmap;
    // | exercise_missing("pm.1");
    // | return ERR_RANGE;
    uint32_t end = address + pages * PAGE;

    if (!is_range(address, pages))
        return ERR_RANGE;
    for (uint32_t at = address; at < end;) {
        const struct region *r = region_at(p, at);

        if (!r || r->fixed)
            return ERR_RANGE;
        at = r->address + r->pages * PAGE;
    }
    for (struct region **at = place_of(p, address); *at && overlaps(*at, address, pages); at = place_of(p, address))
        if (!cut(p, at, address, end))
            return ERR_LIMIT;
    unmap(p, address, pages);
    return 0;
    // END pm.1
}

void
regions_forget(struct process *p)
{
    while (p->regions) {
        struct region *r = p->regions;

        p->regions = r->next;
        free(r);
    }
    p->region_count = p->pages = 0;
}
