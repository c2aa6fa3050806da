/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pages that are in memory: one struct for each frame that there could be, and its place in the pool.
 */
#include "vm.h"

#include "abi/memory.h"

struct page *const page_table = (struct page *)PAGE_TABLE;
uint32_t page_count;

#define STOCK 16u /* at most */

static struct page *free_pages;
static uint32_t limit;

/* Places [stock, stock_end) have a page of zeros already, which is nobody's: one call of the kernel's brings many. */
static uint32_t stock, stock_end;

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

static void
unspare(struct page *page)
{
    if (page == free_pages)
        free_pages = page->next;
    else
        page_count++;
}

/* Places that are not in use, up to `most`, one behind the other.  What was freed in order lies in the list the other way round. */
static uint32_t
spare_run(uint32_t most, uint32_t *first)
{
    uint32_t count = 1;

    if (!free_pages) {
        *first = page_count;
        count = limit - page_count < most ? limit - page_count : most;
        page_count += count;
        return count;
    }
    while (count < most && free_pages->next == free_pages - 1) {
        free_pages = free_pages->next;
        count++;
    }
    *first = number_of(free_pages);
    free_pages = free_pages->next;
    return count;
}

bool
pages_return(void)
{
    uint32_t count = stock_end - stock;

    if (count == 0)
        return false;
    memory_unmap(DESCRIPTOR_ROOT, POOL + stock * PAGE, count);
    for (; stock < stock_end; stock++) {
        page_table[stock].next = free_pages;
        free_pages = &page_table[stock];
    }
    return true;
}

/* The stock, of which nothing is left, has pages again; false: no memory. */
static bool
restock(uint32_t most)
{
    uint32_t count = spare_run(most, &stock);

    stock_end = stock + count;
    if (count && !memory_map(DESCRIPTOR_ROOT, POOL + stock * PAGE, count, MEMORY_WRITABLE).error) {
        if (count > 1)
            memory_ask();
        return true;
    }
    pages_return();
    return false;
}

/* The memory is there: the place, which is in use, is the object's page. */
static struct page *
take(struct page *page, uint32_t *place, struct object *o, uint32_t index)
{
    *page = (struct page){.object = o, .index = index, .state = PAGE_HERE, .fresh = true};
    *place = ENTRY_PAGE(number_of(page));
    o->resident++;
    memory_used();
    return page;
}

struct page *
page_new(struct object *o, uint32_t index)
{
    uint32_t *place = tree_place(&o->tree, index);

    if (!place)
        return NULL;
    if (stock == stock_end && !restock(memory_is_plenty() ? STOCK : 1) && !restock(1))
        return NULL;
    return take(&page_table[stock++], place, o, index);
}

struct page *
page_adopt(struct process *p, uint32_t index)
{
    struct object *o = p->memory;
    struct page *page = spare();
    uint32_t *place = tree_place(&o->tree, index);

    if (!page || !place)
        return NULL;
    if (memory_share(DESCRIPTOR_ROOT, (uint32_t)page_bytes(page), 1, MEMORY_WRITABLE, p->descriptor, index * PAGE).error)
        return NULL;
    unspare(page);
    return take(page, place, o, index);
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
