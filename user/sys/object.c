/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects by name: see object.h.
 */
#include "object.h"

#include "request.h"
#include "text.h"

#include "abi/pm.h"

#define ROOM 32 /* bytes: a few words and descriptors */

/* What the manager may do with a descriptor that is only shown to it. */
#define SHOWN (RIGHTS_ALL & ~RIGHT_MOVE)

/* Some words, and a copy of a descriptor behind them. */
static struct result
ask_with(uint32_t function, uint32_t target, const uint32_t *words, uint32_t count, uint32_t descriptor)
{
    uint8_t buffer[ROOM];
    struct outgoing out;
    struct incoming in;
    struct result r;

    outgoing_start(&out, buffer, sizeof(buffer));
    put_bytes(&out, words, count * sizeof(*words));
    put_descriptor(&out, descriptor, SHOWN, false);
    r = ask(function, target, &out, &in);
    return r.error || incoming_end(&in) ? r : (struct result){-1, ERR_MESSAGE};
}

static struct result
object_of_kind(uint32_t kind, uint32_t pages, uint32_t *number)
{
    uint8_t buffer[ROOM];
    struct outgoing out;

    outgoing_start(&out, buffer, sizeof(buffer));
    put_u32(&out, kind);
    put_u32(&out, pages);
    return ask_descriptor(PM_OBJECT, PM_SELF, &out, number);
}

struct result
object_new(uint32_t kind, uint32_t pages)
{
    return object_of_kind(kind, pages, NULL);
}

struct result
object_new_ram_disk(uint32_t pages, uint32_t *number)
{
    return object_of_kind(OBJECT_RAM_DISK, pages, number);
}

struct result
object_new_file(uint32_t pages, uint32_t door, uint32_t cookie, uint32_t *number)
{
    struct result end = descriptor_duplicate(door, RIGHTS_ALL, cookie), r;
    uint8_t buffer[ROOM];
    struct outgoing out;

    if (end.error)
        return end;
    outgoing_start(&out, buffer, sizeof(buffer));
    put_u32(&out, OBJECT_FILE);
    put_u32(&out, pages);
    put_descriptor(&out, end.value, RIGHTS_ALL, true);
    r = ask_descriptor(PM_OBJECT, PM_SELF, &out, number);
    if (r.error >= ERR_FIRST)
        descriptor_close(end.value); /* it has not gone */
    return r;
}

struct result
object_map(uint32_t object, uint32_t address, uint32_t pages, uint32_t flags, uint32_t first)
{
    return ask_with(PM_MAP_OBJECT, PM_SELF, (uint32_t[]){address, pages, flags, first}, 4, object);
}

struct result
object_stat(uint32_t object, struct object_view *view)
{
    return ask_view(PM_OBJECT_STAT, object, view, sizeof(*view), 0);
}

struct result
object_resize(uint32_t object, uint32_t pages)
{
    return ASK(PM_OBJECT_RESIZE, object, pages);
}

struct result
object_delete(uint32_t object)
{
    return ask_words(PM_OBJECT_DELETE, object, NULL, 0);
}

struct result
process_map_object(uint32_t process, uint32_t object, uint32_t address, uint32_t pages, uint32_t flags, uint32_t first)
{
    return ask_with(PM_WRITE_OBJECT, process, (uint32_t[]){address, pages, flags, first}, 4, object);
}

struct result
map_protect(uint32_t address, uint32_t pages, uint32_t flags)
{
    return ASK(PM_PROTECT, PM_SELF, address, pages, flags);
}

struct result
map_advise(uint32_t address, uint32_t pages, uint32_t advice)
{
    return ASK(PM_ADVISE, PM_SELF, address, pages, advice);
}

struct result
map_sync(uint32_t address, uint32_t pages)
{
    struct result r;

    do
        r = ASK(PM_SYNC, PM_SELF, address, pages);
    while (r.error == ERR_AGAIN);
    return r;
}

struct result
memory_look(struct memory_counts *counts)
{
    return ask_view(PM_MEMORY, PM_SELF, counts, sizeof(*counts), 0);
}

struct result
page_window(uint32_t address, uint32_t slots)
{
    return ASK(PM_PAGE_WINDOW, PM_SELF, address, slots);
}

struct result
page_open(uint32_t slot, uint32_t object, uint32_t index)
{
    return ASK(PM_PAGE_OPEN, PM_SELF, slot, object, index);
}

struct result
page_dirty(uint32_t slot, uint32_t object, uint32_t from)
{
    return ASK(PM_PAGE_DIRTY, PM_SELF, slot, object, from);
}

struct result
page_done(uint32_t slot, uint32_t state)
{
    return ASK(PM_PAGE_DONE, PM_SELF, slot, state);
}

struct result
wire(uint32_t address, uint32_t pages, uint32_t *physical)
{
    uint32_t buffer[2 + WIRE_MAX];
    struct outgoing out;
    struct incoming in;
    struct result r;

    outgoing_start(&out, buffer, sizeof(buffer));
    put_u32(&out, address);
    put_u32(&out, pages);
    r = ask(PM_WIRE, PM_SELF, &out, &in);
    if (r.error)
        return r;
    get_bytes(&in, physical, r.value * sizeof(*physical));
    return incoming_end(&in) ? r : (struct result){-1, ERR_MESSAGE};
}

struct result
swap_use(const char *name, uint32_t slots, uint32_t disk, uint32_t object)
{
    uint8_t buffer[ROOM + SWAP_NAME_MAX];
    struct outgoing out;
    struct incoming in;
    struct result r;

    outgoing_start(&out, buffer, sizeof(buffer));
    put_u32(&out, slots);
    put_text(&out, name);
    put_descriptor(&out, disk, SHOWN, false);
    put_descriptor(&out, object, SHOWN, false);
    r = ask(PM_SWAP, PM_SELF, &out, &in);
    return r.error || incoming_end(&in) ? r : (struct result){-1, ERR_MESSAGE};
}
