/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page faults.  What is at an address is looked for in two places, one above the other: what is the process's own; and below it
 * what the region maps.  A page that is written there where it is mapped privately is copied upwards.
 */
#include "vm.h"

#include "abi/memory.h"
#include "string.h"

#define VECTOR_PAGE_FAULT 14

struct memory_counts counts;

static struct touched
wait_for(struct page *page)
{
    return (struct touched){.outcome = TOUCH_WAIT, .page = page};
}

static struct touched
failed(uint32_t error)
{
    return (struct touched){.outcome = TOUCH_ERROR, .error = error};
}

static struct touched
found(struct page *page)
{
    if (page->state == PAGE_COMING)
        return wait_for(page);
    if (page->state == PAGE_GOING) /* somebody needs it after all */
        page->state = PAGE_HERE;
    return (struct touched){.outcome = TOUCH_DONE, .page = page};
}

/* A page that was on the swap device begins to come back. */
static struct touched
come_back(struct object *o, uint32_t index, uint32_t slot)
{
    // SOLUTION swap.6
    // | /* TODO swap.6: a page of the object again, COMING, from that slot: swap_in(). */
    // | (void)o, (void)index, (void)slot;
    // | exercise_missing("swap.6");
    // | return failed(ERR_DISK);
    struct page *page = page_new(o, index);

    if (!page)
        return (struct touched){.outcome = TOUCH_MEMORY};
    o->swapped--;
    page->slot = slot;
    page->state = PAGE_COMING;
    swap_in(page);
    return wait_for(page);
    // END swap.6
}

static struct touched
from_entry(struct object *o, uint32_t index, uint32_t entry)
{
    if (entry == ENTRY_LOST)
        return failed(ERR_DISK);
    if (ENTRY_IS_PAGE(entry))
        return found(page_of(entry));
    record_fault(o, index, "swap");
    memory_returns(o, index);
    return come_back(o, index, entry >> 1);
}

struct touched
private_touch(struct process *p, uint32_t index)
{
    uint32_t entry = tree_get(&p->memory->tree, index);

    return entry ? from_entry(p->memory, index, entry) : (struct touched){.outcome = TOUCH_NEW};
}

/* The first page of an object at this index: zeros, or what its server is going to put there. */
static struct touched
first_page(struct object *o, uint32_t index)
{
    // SOLUTION swap.1
    // | /* TODO swap.1: whose account is it on?  page_new(), counts.zeroed; that of a file is COMING, and cache_fill() asks for it. */
    // | (void)o, (void)index;
    // | exercise_missing("swap.1");
    // | return failed(ERR_RANGE);
    struct page *page;

    if (o->kind != OBJECT_FILE && o->owner && bound_page(o->owner))
        return failed(ERR_LIMIT);
    page = page_new(o, index);
    if (!page)
        return (struct touched){.outcome = TOUCH_MEMORY};
    if (o->kind != OBJECT_FILE) {
        o->owner->pages++;
        counts.zeroed++;
        return found(page);
    }
    page->state = PAGE_COMING;
    cache_fill(page);
    return wait_for(page);
    // END swap.1
}

struct touched
object_touch(struct object *o, uint32_t index)
{
    uint32_t entry = tree_get(&o->tree, index);

    if (index >= o->pages || (!o->owner && !entry))
        return failed(ERR_RANGE);
    if (entry)
        return from_entry(o, index, entry);
    record_fault(o, index, o->kind == OBJECT_FILE ? "fill" : "zero");
    memory_returns(o, index);
    return first_page(o, index);
}

/* A copy of what the region maps becomes the process's own. */
static struct touched
copy(struct process *p, uint32_t address, const struct page *from)
{
    // SOLUTION swap.2
    // | /*
    // |  * TODO swap.2: whose page is it from now on, and what does the table of pages say of it?  counts.copied; what is mapped there
    // |  * goes.
    // |  */
    // | (void)p, (void)address, (void)from;
    // | exercise_missing("swap.2");
    // | return failed(ERR_RANGE);
    struct page *page;

    if (bound_page(p))
        return failed(ERR_LIMIT);
    page = page_new(p->memory, address / PAGE);
    if (!page)
        return (struct touched){.outcome = TOUCH_MEMORY};
    memcpy(page_bytes(page), page_bytes(from), PAGE);
    page_dirtied(page, true);
    p->pages++;
    counts.copied++;
    memory_unmap(p->descriptor, address, 1);
    return found(page);
    // END swap.2
}

/* A page of a file is mapped so that a first write to it faults: so it is known what is dirty, and how much. */
static struct touched
write_shared(struct page *page)
{
    // SOLUTION swap.7
    // | /* TODO swap.7: the first write to a page of a file makes it dirty, or waits: cache_full(), cache_clean_all(). */
    // | if (page->object->kind == OBJECT_FILE)
    // |     exercise_missing("swap.7");
    // | return found(page);
    if (page->object->kind == OBJECT_FILE && !page->dirty) {
        if (cache_full()) {
            cache_clean_all();
            return (struct touched){.outcome = TOUCH_CLEAN};
        }
        page_dirtied(page, true);
    }
    return found(page);
    // END swap.7
}

/* The page of this address of what the region maps, and how it is to be mapped. */
static struct touched
bring_object(struct process *p, const struct region *r, uint32_t address, bool write)
{
    bool private = r->flags & MAP_PRIVATE, writable = r->flags & MEMORY_WRITABLE;
    struct touched t = object_touch(r->object, r->first + (address - r->address) / PAGE);

    if (t.outcome == TOUCH_DONE && write && private)
        record_fault(p->memory, address / PAGE, "copy");
    if (t.outcome == TOUCH_DONE && write)
        t = private ? copy(p, address, t.page) : write_shared(t.page);
    if (t.outcome != TOUCH_DONE)
        return t;
    if (writable && !private)
        write |= r->object->kind != OBJECT_FILE || t.page->dirty;
    t.writable = write;
    t.granted = writable;
    return t;
}

/* The same, of all that is in the region; but private memory that has never been touched is left to the caller. */
static struct touched
bring(struct process *p, const struct region *r, uint32_t address, bool write)
{
    struct touched t = private_touch(p, address / PAGE);

    if (t.outcome == TOUCH_NEW && r->object) /* who may not write faults once more, at a page that is there */
        return bring_object(p, r, address, write && r->flags & MEMORY_WRITABLE);
    t.writable = r->flags & MEMORY_WRITABLE;
    return t;
}

static struct touched
map(struct process *p, uint32_t address, struct touched t)
{
    if (t.outcome == TOUCH_DONE && page_map(t.page, p, address, t.writable, t.granted))
        t.outcome = TOUCH_MEMORY;
    return t;
}

/* The page of this address, which is in the region, is brought, and mapped; but see bring(). */
struct touched
touch(struct process *p, const struct region *r, uint32_t address, bool write)
{
    return map(p, address & -PAGE, bring(p, r, address & -PAGE, write));
}

/* It ends, and its parent learns at what. */
void
life_fault(struct process *p, const struct fault_message *fault, uint32_t end, uint32_t status)
{
    if (p->state < PROCESS_ENDING)
        p->fault = *fault;
    life_end(p, end, status);
}

#define FRESH 8u /* frames: with less, who needs a page of zeros waits; it takes tables in two processes, too */

/* A page of zeros, where nothing is: what the fault found may have gone since. */
static struct touched
fresh(struct process *p, uint32_t index, bool writable)
{
    struct page *page;

    if (memory_left() < FRESH)
        return (struct touched){.outcome = TOUCH_MEMORY};
    record_fault(p->memory, index, "zero");
    memory_returns(p->memory, index);
    if (bound_page(p))
        return failed(ERR_LIMIT);
    page = page_new(p->memory, index);
    if (!page)
        return (struct touched){.outcome = TOUCH_MEMORY};
    p->pages++;
    counts.zeroed++;
    return (struct touched){.outcome = TOUCH_DONE, .page = page, .writable = writable};
}

/* What the fault is about, whatever it is. */
static struct touched
bring_any(struct process *p, const struct region *r, const struct fault_message *fault)
{
    uint32_t address = fault->address & -PAGE;
    struct touched t = bring(p, r, address, fault->access == FAULT_WRITE);

    if (t.outcome == TOUCH_NEW)
        return fresh(p, address / PAGE, r->flags & MEMORY_WRITABLE);
    if (t.outcome != TOUCH_DONE)
        return t;
    counts.mapped++;
    record_fault(t.page->object, t.page->index, "map");
    return t;
}

/* The buffer. */
union talk {
    struct fault_message message;
    struct memory_share reply;
};

static struct fault_message asked; /* the message, instead of which the buffer has the reply */
static bool by_reply = true;

/*
 * The page is to be mapped.  The kernel does so itself when it has the reply, unless more than that is to be done: something
 * else is mapped there, or a first write has to be noticed.
 */
static struct touched
deliver(struct request *r, const struct fault_message *fault, struct touched t)
{
    uint32_t address = fault->address & -PAGE, flags = t.writable ? MEMORY_WRITABLE : 0;
    union talk *talk;

    if (t.outcome != TOUCH_DONE || !by_reply || fault->present || t.granted > t.writable)
        return map(r->process, address, t);
    talk = (union talk *)r->out.buffer;
    asked = talk->message;
    talk->reply = (struct memory_share){{address, 1, flags}, DESCRIPTOR_ROOT, (uint32_t)page_bytes(t.page)};
    r->out.data = sizeof(struct memory_share);
    return t;
}

static uint32_t
end(struct request *r, const struct fault_message *fault, uint32_t how, uint32_t status)
{
    life_fault(r->process, fault, how, status);
    return ERR_RANGE;
}

/* How it goes on with what was found out. */
static uint32_t
conclude(struct request *r, const struct fault_message *fault, struct touched t)
{
    switch (t.outcome) {
    case TOUCH_DONE:
        return 0; /* it goes on as it is */
    case TOUCH_WAIT:
        return sleep_fault(&t.page->sleepers, r, fault);
    case TOUCH_MEMORY:
        return sleep_fault(&memory_sleepers, r, fault);
    case TOUCH_CLEAN:
        return sleep_fault(&dirty_sleepers, r, fault);
    default:
        return t.error == ERR_DISK ? end(r, fault, END_LOST, t.error) : end(r, fault, END_FAULT, fault->vector);
    }
}

/* Is it about a page of the region that could be brought, or written? */
static bool
is_ours(const struct region *r, const struct fault_message *fault)
{
    if (!r || r->fixed || fault->vector != VECTOR_PAGE_FAULT)
        return false;
    return !fault->present || (fault->access == FAULT_WRITE && r->flags & MEMORY_WRITABLE);
}

/* MESSAGE_FAULT.  All that is not about a page that may be missing is the end of its process: message_fault() knows. */
uint32_t
pager_fault(struct request *r)
{
    const struct fault_message *fault = (const void *)r->in.buffer;
    const struct region *region = region_at(r->process, fault->address);
    uint32_t error;

    if (!is_ours(region, fault))
        return message_fault(r);
    counts.faults++;
    record_begin(r->process);
    if (memory_short(r->process)) {
        counts.waited++;
        error = sleep_fault(&memory_sleepers, r, fault);
    } else {
        error = conclude(r, fault, deliver(r, fault, bring_any(r->process, region, fault)));
    }
    memory_check();
    return error;
}

/* The kernel did not take the page, which is in memory now: all is looked for once more, and mapped by a call. */
uint32_t
pager_again(struct request *r, handler *handle)
{
    uint32_t error;

    ((union talk *)r->out.buffer)->message = asked;
    r->out.data = 0;
    by_reply = false;
    error = handle(r);
    by_reply = true;
    return error;
}
