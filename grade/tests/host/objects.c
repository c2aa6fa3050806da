/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects on the host: see objects.h.  Each page is one of a file in memory, so that it can be mapped in the window; a
 * slot that is closed cannot be touched.
 */
#define _GNU_SOURCE
#include "objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "abi/errors.h"
#undef MAP_PRIVATE /* the project has one, too */
#include "sys/object.h"

#define PAGE    4096u
#define FIRST   1000000u /* descriptor of the first object */
#define OBJECTS 60000u
#define PAGES   8192u
#define SPARE   16u /* pages that the server leaves to others */

/* A page of an object; free if it has no object. */
static struct page {
    uint32_t object, index;
    struct page *same; /* the next one with this hash; or free */
} page[PAGES], *with_hash[1024], *first_free;

/* By number.  Those are used again at once; descriptors are not. */
static struct {
    bool there;
    uint32_t pages;
} table[OBJECTS];

static uint32_t number_of[OBJECTS]; /* by descriptor; 0: it is closed */
static uint32_t last;

static uint8_t *window, *memory;
static int file;
static struct page *shown[PAGE_SLOTS];
static uint32_t left, taken;

static void
expect(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "wrong: %s\n", what);
    abort();
}

void
objects_start(uint32_t pages)
{
    left = pages + SPARE < PAGES ? pages + SPARE : PAGES;
    file = memfd_create("pages", 0);
    expect(file >= 0 && ftruncate(file, PAGES * PAGE) == 0, "no memory");
    memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    window = mmap(NULL, PAGE_SLOTS * PAGE, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    expect(memory != MAP_FAILED && window != MAP_FAILED, "no memory");
    for (uint32_t i = PAGES; i-- > 0; first_free = &page[i])
        page[i].same = first_free;
}

uint32_t
objects_window(void)
{
    return (uintptr_t)window;
}

bool
objects_may(uint32_t more)
{
    return more + SPARE <= left + taken;
}

void
objects_take(uint32_t pages)
{
    left += taken;
    taken = pages + SPARE < left ? pages + SPARE : left;
    taken = pages ? taken : 0;
    left -= taken;
}

bool
is_object(uint32_t descriptor)
{
    return descriptor >= FIRST && descriptor < FIRST + OBJECTS && number_of[descriptor - FIRST];
}

static struct page **
place_of(uint32_t object, uint32_t index)
{
    struct page **at = &with_hash[(object * 31 + index) % 1024];

    while (*at && ((*at)->object != object || (*at)->index != index))
        at = &(*at)->same;
    return at;
}

static uint8_t *
bytes_of(const struct page *p)
{
    return memory + (p - page) * PAGE;
}

/* NULL: no memory. */
static struct page *
bring(uint32_t object, uint32_t index)
{
    struct page **at = place_of(object, index), *new = *at;

    if (new || left == 0)
        return new;
    left--;
    new = first_free;
    first_free = new->same;
    *new = (struct page){object, index, NULL};
    *at = new;
    memset(bytes_of(new), 0, PAGE);
    return new;
}

static void
hide(uint32_t slot)
{
    if (shown[slot])
        mmap(window + slot * PAGE, PAGE, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    shown[slot] = NULL;
}

static void
drop(uint32_t object, uint32_t index)
{
    struct page **at = place_of(object, index), *p = *at;

    for (uint32_t i = 0; i < PAGE_SLOTS; i++)
        if (shown[i] == p)
            hide(i);
    *at = p->same;
    p->same = first_free;
    p->object = 0;
    first_free = p;
    left++;
}

static void
cut(uint32_t object, uint32_t first)
{
    for (struct page *p = page; p < page + PAGES; p++)
        if (p->object == object && p->index >= first)
            drop(object, p->index);
}

struct result
object_new_ram_disk(uint32_t pages, uint32_t *number)
{
    uint32_t i = 1;

    while (i < OBJECTS && table[i].there)
        i++;
    last = last + 1 < OBJECTS ? last + 1 : 1;
    expect(i < OBJECTS && !number_of[last], "more objects than files");
    table[i].there = true;
    table[i].pages = pages;
    number_of[last] = i;
    *number = i;
    return (struct result){FIRST + last, 0};
}

struct result
object_resize(uint32_t object, uint32_t pages)
{
    uint32_t number;

    expect(is_object(object) && pages <= OBJECT_PAGES_MAX, "no object, or not of this size");
    number = number_of[object - FIRST];
    if (pages < table[number].pages)
        cut(number, pages);
    table[number].pages = pages;
    return (struct result){pages, 0};
}

struct result
object_delete(uint32_t object)
{
    object_resize(object, 0);
    table[number_of[object - FIRST]].there = false;
    number_of[object - FIRST] = 0;
    return (struct result){0, 0};
}

bool
object_touch(uint32_t object, uint32_t offset, const void *from, uint32_t written, void *to, uint32_t size)
{
    uint32_t most = written > size ? written : size, number;
    struct page *p;

    if (!is_object(object) || most > PAGE - offset % PAGE)
        return false;
    number = number_of[object - FIRST];
    if (offset / PAGE >= table[number].pages)
        return false;
    p = *place_of(number, offset / PAGE);
    expect(p, "a page that comes when it is touched, by nobody's leave");
    memcpy(bytes_of(p) + offset % PAGE, from, written);
    memcpy(to, bytes_of(p) + offset % PAGE, size);
    return true;
}

/* --- The window. */

struct result
page_window(uint32_t address, uint32_t slots)
{
    expect(address == objects_window() && slots == PAGE_SLOTS, "another window");
    return (struct result){address, 0};
}

struct result
page_open(uint32_t slot, uint32_t object, uint32_t index)
{
    struct page *p;

    expect(slot < PAGE_SLOTS && object < OBJECTS && table[object].there, "no slot, or no object");
    hide(slot);
    if (index >= table[object].pages)
        return (struct result){-1, ERR_RANGE};
    p = bring(object, index);
    if (!p)
        return (struct result){-1, ERR_LIMIT};
    mmap(window + slot * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, (p - page) * PAGE);
    shown[slot] = p;
    return (struct result){PAGE_READY, 0};
}

struct result
page_done(uint32_t slot, uint32_t state)
{
    expect(slot < PAGE_SLOTS && state == PAGE_CLOSED, "another state");
    hide(slot);
    return (struct result){0, 0};
}

struct result
page_dirty(uint32_t slot, uint32_t object, uint32_t from)
{
    (void)slot, (void)object, (void)from;
    expect(false, "a RAM disk that is cleaned");
    return (struct result){-1, ERR_NOT_FOUND};
}
