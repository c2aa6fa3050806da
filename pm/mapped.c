/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who has a page mapped.  Nobody keeps a list of that for each page: its object knows the regions that map it, and each of
 * them tells where in it the page would be.
 */
#include "vm.h"

#include "abi/memory.h"

typedef void visitor(const struct page *page, uint32_t process, uint32_t address, uint32_t *result);

/* Is there something of the process's own instead, in a region that is mapped privately? */
static bool
is_hidden(const struct region *r, uint32_t address)
{
    // SOLUTION swap.2
    // | /* TODO swap.2: in memory or not. */
    // | (void)address;
    // | if (r->flags & MAP_PRIVATE)
    // |     exercise_missing("swap.2");
    // | return false;
    return r->flags & MAP_PRIVATE && tree_get(&r->process->memory->tree, address / PAGE);
    // END swap.2
}

/* The address of the page `index` of the object in this region; 0: it is not in it. */
static uint32_t
address_in(const struct region *r, uint32_t index)
{
    // SOLUTION swap.3
    // | /* TODO swap.3: 0 if it is not in it. */
    // | (void)r, (void)index;
    // | exercise_missing("swap.3");
    // | return 0;
    return index - r->first < r->pages ? r->address + (index - r->first) * PAGE : 0;
    // END swap.3
}

/* Wherever the page may be mapped. */
static void
visit(const struct page *page, visitor *function, uint32_t *result)
{
    // SOLUTION swap.3
    // | /* TODO swap.3: the one process whose own it is; or each region of the object, unless it is hidden there. */
    // | (void)page, (void)function, (void)result, (void)address_in, (void)is_hidden;
    // | exercise_missing("swap.3");
    const struct object *o = page->object;

    if (o->kind == OBJECT_PRIVATE) {
        function(page, o->owner->descriptor, page->index * PAGE, result);
        return;
    }
    for (const struct region *r = o->regions; r; r = r->next_of) {
        uint32_t address = address_in(r, page->index);

        if (address && !is_hidden(r, address))
            function(page, r->process->descriptor, address, result);
    }
    // END swap.3
}

static void
unmap_one(const struct page *page, uint32_t process, uint32_t address, uint32_t *result)
{
    (void)page, (void)result;
    memory_unmap(process, address, 1);
}

void
page_unmap(const struct page *page)
{
    visit(page, unmap_one, NULL);
}

static void
protect_one(const struct page *page, uint32_t process, uint32_t address, uint32_t *result)
{
    (void)page, (void)result;
    memory_protect(process, address, 1, 0);
}

void
page_protect(const struct page *page)
{
    visit(page, protect_one, NULL);
}

static void
look_at_one(const struct page *page, uint32_t process, uint32_t address, uint32_t *result)
{
    static struct memory_view view;

    (void)page;
    if (!memory_scan(process, address, 1, &view).error)
        *result |= view.page[0];
}

bool
page_used(struct page *page)
{
    // SOLUTION swap.3
    // | /* TODO swap.3: visit(), look_at_one(); page_dirtied(). */
    // | (void)page, (void)look_at_one;
    // | exercise_missing("swap.3");
    // | return true;
    uint32_t bits = 0;

    visit(page, look_at_one, &bits);
    if (bits & MEMORY_DIRTY)
        page_dirtied(page, true);
    return bits & MEMORY_ACCESSED;
    // END swap.3
}

/*
 * Maps it, if it is not mapped there already as it should be.  granted: it may become writable, but a first write has
 * to be noticed; the kernel then takes it for a page that is missing, also when it fills a buffer there itself.
 */
uint32_t
page_map(const struct page *page, struct process *p, uint32_t address, bool writable, bool granted)
{
    uint32_t bytes = (uint32_t)page_bytes(page), flags = writable || granted ? MEMORY_WRITABLE : 0;
    uint32_t error = memory_share(p->descriptor, address, 1, flags, DESCRIPTOR_ROOT, bytes).error;

    if (error == ERR_MAPPED && writable) /* not mapped anew: with that would go what the processor knows, that it is dirty */
        memory_protect(p->descriptor, address, 1, MEMORY_WRITABLE);
    if (!error && granted && !writable)
        memory_protect(p->descriptor, address, 1, 0);
    return error == ERR_MAPPED ? 0 : error;
}

/* --- Regions and what they map. */

void
region_attach(struct region *r, struct process *p, struct object *o, uint32_t first)
{
    r->process = p;
    r->object = o;
    r->first = first;
    r->next_of = o->regions;
    o->regions = r;
}

struct page *
region_page(const struct region *r, uint32_t index)
{
    uint32_t entry = tree_get(&r->object->tree, index);

    return ENTRY_IS_PAGE(entry) ? page_of(entry) : NULL;
}

/* What was written through the region is known of no more when it goes: so all that could have been written was. */
static void
assume_written(const struct region *r)
{
    const struct tree *tree = &r->object->tree;
    uint32_t last = r->first + r->pages;

    for (uint32_t i = tree_next(tree, r->first); i < last; i = tree_next(tree, i + 1)) {
        struct page *page = region_page(r, i);

        if (page && page->state != PAGE_COMING && r->object->kind != OBJECT_FILE) /* one that comes nobody has mapped */
            page_dirtied(page, true);
    }
}

/* May [first, last) go, in which the region has a part?  What is wired goes as a whole. */
bool
region_may_cut(const struct region *r, uint32_t first, uint32_t last)
{
    if (r->wired && (first > r->address || last < r->address + r->pages * PAGE))
        return false;
    if (r->flags & MEMORY_WRITABLE && !(r->flags & MAP_PRIVATE))
        assume_written(r);
    return true;
}

/* It maps nothing any more. */
void
region_detach(struct region *r)
{
    struct object *o = r->object;
    struct region **at = &o->regions;

    while (*at != r)
        at = &(*at)->next_of;
    *at = r->next_of;
    region_unwire(r);
    r->object = NULL;
    object_release(o);
}

/* The process runs no more: what it shares with others, others have without it. */
void
space_end(struct process *p)
{
    for (struct region *r = p->regions; r; r = r->next)
        if (r->object) {
            region_may_cut(r, r->address, r->address + r->pages * PAGE);
            region_hold(r);
            region_detach(r);
        }
    window_forget(p);
    objects_of_dead(p);
}
