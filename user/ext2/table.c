/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which files have memory objects: see table.h.
 */
#include "table.h"

#include <stddef.h>

#include "data.h"
#include "files.h"
#include "sys/object.h"
#include "sys/window.h"

#define FILES_MAX 64

static struct file table[FILES_MAX];
static uint32_t door, now;

void
table_start(uint32_t owners)
{
    door = owners;
}

uint32_t
table_pages(uint32_t size)
{
    return size / PAGE + (size % PAGE > 0);
}

struct file *
table_find(uint32_t cookie)
{
    struct file *f = table;

    while (f < table + FILES_MAX && f->cookie != cookie)
        f++;
    return f < table + FILES_MAX ? f : NULL;
}

void
table_forget(struct file *f)
{
    window_forget(f->number, 0);
    object_delete(f->object);
    descriptor_close(f->object);
    f->cookie = 0;
}

/* Of each run that cannot be written the error is remembered, and the next one tried. */
uint32_t
table_clean(const struct file *f, struct node *node, uint32_t most)
{
    uint32_t error = 0, first = 0, from = 0, count;

    for (; most && !error; most -= count, from += count) {
        error = window_clean(f->number, from, most, &from, &count);
        if (error)
            break;
        error = data_write(node, from, count, window_run());
        window_cleaned(count, error);
        first = first ? first : error;
        error = 0;
    }
    return first || error == ERR_NOT_FOUND ? first : error;
}

/* It is not mapped, and all of it is on its way to the disk. */
static bool
is_idle(const struct file *f)
{
    struct object_view view;
    struct node node;

    return !object_stat(f->object, &view).error && view.mappings == 0
        && (inode_of(f->cookie, &node) || !table_clean(f, &node, TABLE_ALL));
}

/* One that is free, or has become so: the idle one that has not been used for the longest time.  NULL: there is none. */
static struct file *
make_room(void)
{
    struct file *free = table_find(0), *oldest;

    for (uint32_t tries = 0; !free && tries < FILES_MAX; tries++) {
        oldest = table;
        for (struct file *f = table; f < table + FILES_MAX; f++)
            if (now - f->used > now - oldest->used)
                oldest = f;
        if (is_idle(oldest))
            table_forget(free = oldest);
        else
            oldest->used = now;
    }
    return free;
}

uint32_t
table_resize(struct file *f, uint32_t pages)
{
    uint32_t error = 0;

    if (pages < f->pages)
        window_forget(f->number, pages);
    if (pages != f->pages)
        error = object_resize(f->object, pages).error;
    if (!error)
        f->pages = pages;
    return error;
}

uint32_t
table_file(const struct node *node, struct file **found)
{
    struct file *f = table_find(inode_cookie(node));
    struct result r;

    now++;
    if (inode_size(node) > FILE_SIZE_MAX)
        return ERR_FILE_BIG;
    if (!f) {
        if (!(f = make_room()))
            return ERR_LIMIT;
        *f = (struct file){.pages = table_pages(inode_size(node))};
        r = object_new_file(f->pages, door, inode_cookie(node), &f->number);
        if (r.error)
            return r.error;
        f->object = r.value;
        f->cookie = inode_cookie(node);
    }
    f->used = now;
    *found = f;
    return table_resize(f, table_pages(inode_size(node)));
}

uint32_t
table_clean_all(void)
{
    uint32_t error = 0;
    struct node node;

    for (struct file *f = table; f < table + FILES_MAX; f++) {
        uint32_t e = f->cookie ? inode_of(f->cookie, &node) : ERR_STALE;

        if (!e)
            e = table_clean(f, &node, TABLE_ALL);
        error = error || e == ERR_STALE ? error : e;
    }
    return error;
}
