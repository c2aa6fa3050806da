/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files in the page cache: see pages.h.
 */
#include "pages.h"

#include "abi/object.h"
#include "data.h"
#include "files.h"
#include "flush.h"
#include "fs.h"
#include "sys/window.h"
#include "table.h"
#include "text.h"

#define CLEAN_SOME 16 /* pages that a writer cleans when too much is dirty */

static bool changed;

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

uint32_t
pages_start(uint32_t door, uint32_t window)
{
    table_start(door);
    return window_start(window);
}

bool
pages_changed(void)
{
    return changed || flush_wanted();
}

/* --- Pages. */

/* What does not come as a whole comes page by page: who waits for one of them is not concerned by the others. */
static uint32_t
fill_each(const struct node *node, uint32_t index, uint32_t count)
{
    uint32_t first = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t error = data_read(node, index + i, 1, (uint8_t *)window_run() + i * PAGE);

        window_filled(i, 1, error);
        first = i ? first : error;
    }
    return first;
}

/* The page `index`, and perhaps some behind it, which may fail. */
static uint32_t
fill(const struct file *f, const struct node *node, uint32_t index, uint32_t most)
{
    uint32_t count, error = window_fill(f->number, index, least(most, f->pages - index), &count);

    if (error || count == 0)
        return error;
    if (data_read(node, index, count, window_run()))
        return fill_each(node, index, count);
    window_filled(0, count, 0);
    return 0;
}

/* A page that is there.  Who reads in order gets some ahead. */
static uint32_t
page_at(struct file *f, const struct node *node, uint32_t index, uint8_t **page, uint32_t *state)
{
    void *at;
    uint32_t error = window_open(f->number, index, &at, state);

    if (!error && !(*state & PAGE_READY)) {
        error = fill(f, node, index, index == f->next ? WINDOW_RUN : 1);
        if (!error)
            error = window_open(f->number, index, &at, state);
        if (!error && !(*state & PAGE_READY))
            error = ERR_DISK;
    }
    f->next = index + 1;
    *page = at;
    return error;
}

uint32_t
pages_at(const struct node *node, uint32_t offset, uint32_t *size, const void **bytes)
{
    uint32_t error, state;
    struct file *f;
    uint8_t *page;

    *size = least(*size, PAGE - offset % PAGE);
    error = table_file(node, &f);
    if (!error)
        error = page_at(f, node, offset / PAGE, &page, &state);
    if (!error)
        *bytes = page + offset % PAGE;
    return error;
}

/* What is in the last page behind the end, by a mapping perhaps, is zeros. */
static uint32_t
clear_tail(struct file *f, const struct node *node)
{
    uint32_t size = inode_size(node), error, state;
    uint8_t *page;

    if (size % PAGE == 0)
        return 0;
    error = page_at(f, node, size / PAGE, &page, &state);
    if (!error)
        memset(page + size % PAGE, 0, PAGE - size % PAGE);
    return error;
}

/* The file gets longer, but is not yet. */
static uint32_t
prepare_growth(struct file *f, const struct node *node, uint32_t size)
{
    uint32_t error = size > inode_size(node) ? clear_tail(f, node) : 0;

    return error ? error : table_pages(size) > f->pages ? table_resize(f, table_pages(size)) : 0;
}

/* --- Writing. */

/* The pages, at most two, are there before the file has new blocks: what these hold is nothing yet. */
static uint32_t
open_pages(struct file *f, const struct node *node, uint32_t offset, uint32_t size, uint8_t *page[2], uint32_t *state)
{
    uint32_t first = offset / PAGE, last = (offset + size - 1) / PAGE, error;

    error = page_at(f, node, first, &page[0], state);
    return error || first == last ? error : page_at(f, node, last, &page[1], state);
}

static void
copy(uint8_t *const page[2], uint32_t at, const uint8_t *from, uint32_t size)
{
    uint32_t part = least(size, PAGE - at);

    memcpy(page[0] + at, from, part);
    if (size > part)
        memcpy(page[1], from + part, size - part);
}

/* If the disk fails, some blocks may be there, with anything in them: they are written, too. */
static uint32_t
reserve(struct node *node, uint32_t offset, uint32_t size, uint8_t *const page[2])
{
    uint32_t error = data_reserve(node, offset, size);

    if (!error || error == ERR_NO_SPACE)
        return error;
    inode_write(node);
    *(volatile uint8_t *)page[0] = page[0][0];
    if (offset / PAGE != (offset + size - 1) / PAGE)
        *(volatile uint8_t *)page[1] = page[1][0];
    return error;
}

static uint32_t
write(struct file *f, struct node *node, uint32_t offset, const void *from, uint32_t size)
{
    uint32_t end = offset + size, state, error = prepare_growth(f, node, end);
    uint8_t *page[2];

    if (!error)
        error = open_pages(f, node, offset, size, page, &state);
    if (!error)
        error = flush_room();
    if (!error)
        error = reserve(node, offset, size, page);
    if (error) {
        table_resize(f, table_pages(inode_size(node)));
        return error;
    }
    copy(page, offset % PAGE, from, size);
    changed = true;
    if (end > inode_size(node))
        node->i.size = end;
    inode_touch(node);
    error = inode_write(node);
    if (!error && state & PAGE_CLEAN_SOME)
        table_clean(f, node, CLEAN_SOME);
    return error;
}

uint32_t
pages_write(struct node *node, uint32_t offset, const void *from, uint32_t size)
{
    struct file *f;
    uint32_t error;

    if (size > FILE_SIZE_MAX || offset > FILE_SIZE_MAX - size)
        return ERR_FILE_BIG;
    if (fs.read_only)
        return ERR_NO_ACCESS;
    if (size == 0)
        return 0;
    error = table_file(node, &f);
    return error ? error : write(f, node, offset, from, size);
}

/* What is behind the end has gone from memory before its blocks are free'd. */
uint32_t
pages_resize(struct node *node, uint32_t size)
{
    struct file *f = NULL;
    uint32_t error = size > FILE_SIZE_MAX ? ERR_FILE_BIG : flush_room();

    if (!error)
        error = table_file(node, &f);
    if (!error)
        error = prepare_growth(f, node, size);
    if (!error && size < inode_size(node))
        error = table_resize(f, table_pages(size));
    if (!error)
        error = data_resize(node, size);
    if (f && error != ERR_FILE_BIG && !fs.read_only) {
        inode_touch(node);
        error = inode_write(node) ? ERR_DISK : error;
    }
    return error ? error : clear_tail(f, node);
}

void
pages_drop(const struct node *node)
{
    struct file *f = table_find(inode_cookie(node));

    if (f)
        table_forget(f);
}

uint32_t
pages_object(const struct node *node, uint32_t *object)
{
    struct file *f;
    uint32_t error = table_file(node, &f);

    if (!error)
        *object = f->object;
    return error;
}

/* --- For the manager. */

uint32_t
pages_fill(const struct node *node, uint32_t index, uint32_t count)
{
    struct file *f = table_find(inode_cookie(node));

    return !f || index >= f->pages ? ERR_RANGE : fill(f, node, index, count);
}

uint32_t
pages_clean(struct node *node, uint32_t count)
{
    struct file *f = table_find(inode_cookie(node));

    changed = true;
    return f ? table_clean(f, node, count) : 0;
}

uint32_t
pages_sync(struct node *node)
{
    struct file *f = node ? table_find(inode_cookie(node)) : NULL;
    uint32_t error = !node ? table_clean_all() : f ? table_clean(f, node, TABLE_ALL) : 0, e = flush_all();

    if (!node)
        changed = error;

    e = e ? e : fs.device.flush();
    return error ? error : e;
}
