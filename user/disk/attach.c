/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attachments: see attach.h.
 */
#include "attach.h"

#include "sys/manager.h"
#include "sys/object.h"

#define NUMBER 0xffu /* of a cookie; above it is the generation */

struct attachment attachments[ATTACHMENTS_MAX];

static uint32_t
free_place(void)
{
    uint32_t i = 0;

    while (i < ATTACHMENTS_MAX && attachments[i].volume)
        i++;
    return i;
}

/* Shared memory alone stays what it is: pages of files come and go. */
static uint32_t
size_of(uint32_t object)
{
    struct object_view view;

    if (object_stat(object, &view).error || view.kind != OBJECT_SHARED || view.pages > DISK_BUFFER_MAX)
        return 0;
    return view.pages;
}

/* The bytes of the buffer are where they are: here, and for the disk. */
static uint32_t
map_buffer(struct attachment *a)
{
    struct result r = object_map(a->object, 0, a->pages, MEMORY_WRITABLE, 0);

    if (r.error)
        return r.error == ERR_LIMIT ? ERR_LIMIT : ERR_NO_ACCESS;
    a->address = r.value;
    r = wire(a->address, a->pages, a->physical);
    if (!r.error)
        return 0;
    unmap(a->address, a->pages);
    return r.error == ERR_PHASE ? ERR_PHASE : ERR_LIMIT;
}

uint32_t
attach(const struct volume *volume, uint32_t object, uint32_t *number)
{
    struct attachment new = {.volume = volume, .object = object, .pages = size_of(object)};
    uint32_t error;

    *number = free_place();
    if (*number == ATTACHMENTS_MAX)
        return ERR_LIMIT;
    if (new.pages == 0)
        return ERR_RANGE;
    error = map_buffer(&new);
    if (error)
        return error;
    new.generation = attachments[*number].generation;
    attachments[*number] = new;
    return 0;
}

uint32_t
attachment_cookie(uint32_t number)
{
    return (number + 1) | attachments[number].generation << 8;
}

uint32_t
attachment_of(uint32_t cookie)
{
    uint32_t number = (cookie & NUMBER) - 1;

    if (number >= ATTACHMENTS_MAX || !attachments[number].volume || attachments[number].closed)
        return ATTACHMENTS_MAX;
    return attachment_cookie(number) == cookie ? number : ATTACHMENTS_MAX;
}

void
attachment_close(uint32_t number)
{
    attachments[number].closed = true;
}

static void
let_go(struct attachment *a)
{
    unmap(a->address, a->pages);
    descriptor_close(a->object);
    a->volume = NULL;
    a->generation++;
}

static bool
has_owner(const struct attachment *a)
{
    struct object_view view;

    return !object_stat(a->object, &view).error;
}

bool
attachments_sweep(bool (*busy)(uint32_t number))
{
    bool left = false;

    for (uint32_t i = 0; i < ATTACHMENTS_MAX; i++) {
        struct attachment *a = &attachments[i];

        if (a->volume && !a->closed && !has_owner(a))
            attachment_close(i);
        if (a->volume && a->closed && !busy(i))
            let_go(a);
        left |= a->volume != NULL;
    }
    return left;
}
