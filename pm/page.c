/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pages that are in memory: one struct for each frame that there could be, and its place in the pool.
 */
#include "vm.h"

#include "abi/memory.h"

struct page *const page_table = (struct page *)PAGE_TABLE;
uint32_t page_count;

static struct page *free_pages;
static uint32_t limit;

void
pages_start(void)
{
    uint32_t size;

    limit = frames_all < POOL_PAGES ? frames_all : POOL_PAGES;
    size = (limit * sizeof(struct page) + PAGE - 1) & -PAGE;
    for (uint32_t at = 0; at < size; at += PAGE)
        if (memory_map(DESCRIPTOR_ROOT, PAGE_TABLE + at, 1, MEMORY_WRITABLE).error)
            machine_stop(REFUSED);
}

static uint32_t
number_of(const struct page *page)
{
    return page - page_table;
}

struct page *
page_of(uint32_t entry)
{
    return &page_table[entry >> 1];
}

void *
page_bytes(const struct page *page)
{
    return (void *)(POOL + number_of(page) * PAGE);
}

/* A place in the table that is not in use.  There is one for each frame. */
static struct page *
spare(void)
{
    return free_pages ? free_pages : page_count < limit ? &page_table[page_count] : NULL;
}

/* The memory is there: the place is taken, and the page the object's. */
static struct page *
take(struct object *o, uint32_t index)
{
    struct page *page = spare();

    if (page == free_pages)
        free_pages = page->next;
    else
        page_count++;
    *page = (struct page){.object = o, .index = index, .state = PAGE_HERE};
    tree_set(&o->tree, index, ENTRY_PAGE(number_of(page)));
    o->resident++;
    memory_used();
    return page;
}

struct page *
page_new(struct object *o, uint32_t index)
{
    struct page *page = spare();

    if (!page || !tree_place(&o->tree, index))
        return NULL;
    if (memory_map(DESCRIPTOR_ROOT, (uint32_t)page_bytes(page), 1, MEMORY_WRITABLE).error)
        return NULL;
    return take(o, index);
}

struct page *
page_adopt(struct process *p, uint32_t index)
{
    struct object *o = p->memory;
    struct page *page = spare();

    if (!page || !tree_place(&o->tree, index))
        return NULL;
    if (memory_share(DESCRIPTOR_ROOT, (uint32_t)page_bytes(page), 1, MEMORY_WRITABLE, p->descriptor, index * PAGE).error)
        return NULL;
    return take(o, index);
}

void
page_free(struct page *page, uint32_t entry)
{
    struct object *o = page->object;

    page_dirtied(page, false);
    memory_unmap(DESCRIPTOR_ROOT, (uint32_t)page_bytes(page), 1);
    tree_set(&o->tree, page->index, entry);
    o->resident--;
    o->swapped += entry != 0;
    *page = (struct page){.next = free_pages};
    free_pages = page;
}

/* Nobody has it mapped.  What waits for it is told, what writes it finds it gone. */
void
page_drop(struct page *page)
{
    if (!page->writing) /* else when it has been written: it could be somebody else's too soon */
        slot_free(page->slot);
    if (page->wired)
        window_closes(page);
    if (page->writing || page->state == PAGE_COMING) {
        swap_forget(page);
        cache_forget(page);
    }
    sleep_wake(&page->sleepers);
    page_free(page, 0);
}

void
page_count_in(struct memory_counts *view, const struct page *page)
{
    if (page->state == PAGE_FREE)
        return;
    switch (page->object->kind) {
    case OBJECT_PRIVATE:
        view->private++;
        break;
    case OBJECT_SHARED:
        view->shared++;
        break;
    case OBJECT_RAM_DISK:
        view->ram_disk++;
        break;
    default:
        view->file++;
        view->dirty += page->dirty;
    }
    view->wired += page->wired > 0;
}
