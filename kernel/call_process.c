/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel calls on a process, and those on the machine that make processes:
 * abi/process.h.  That the target takes the call and the caller has the right
 * to make it is known here (call.c).
 */
#include "door.h"

static struct process *
process_of(const struct thread *self, uint32_t descriptor)
{
    return (struct process *)desc_find(self->process, descriptor)->object;
}

#define FRAMES (1u << 20) /* of all physical addresses */

static struct thread *
answer(struct thread *self, uint32_t error, uint32_t value)
{
    return error ? call_fail(self, error) : call_reply(self, value, 0);
}

static struct process *
target(const struct thread *self)
{
    return process_of(self, CALL_ARG1(self));
}

struct thread *
call_process_create(struct thread *self)
{
    struct process *p = desc_room(self->process, 1) ? process_new() : NULL;

    if (!p)
        return call_fail(self, ERR_MEMORY);
    return call_reply(self, desc_new(self->process, &p->object, RIGHTS_ALL, 0), 0);
}

/* The descriptor goes, too.  Somebody who deletes their own process ends with it. */
struct thread *
call_process_delete(struct thread *self)
{
    struct process *p = target(self);

    p->object.references++;
    desc_close(self->process, CALL_ARG1(self));
    process_end(p);
    process_release(p);
    return thread_preempt(call_reply(self, 0, 0));
}

struct thread *
call_process_start(struct thread *self)
{
    return call_thread(self, target(self));
}

/* Reads a range, and sees that it has no other flags than these. */
static uint32_t
read_range(const struct thread *self, struct memory_range *r, uint32_t flags)
{
    uint32_t error = call_data(self, r, sizeof(*r));

    return error ? error : r->flags & ~flags ? ERR_FLAGS : 0;
}

/* MAP and PROTECT take the same message. */
static struct thread *
change(struct thread *self, uint32_t (*act)(struct process *p, uint32_t address, uint32_t pages, bool writable))
{
    struct memory_range r;
    uint32_t error = read_range(self, &r, MEMORY_WRITABLE);

    return answer(self, error ? error : act(target(self), r.address, r.pages, r.flags), 0);
}

struct thread *
call_memory_map(struct thread *self)
{
    return change(self, memory_map);
}

struct thread *
call_memory_protect(struct thread *self)
{
    return change(self, memory_protect);
}

struct thread *
call_memory_unmap(struct thread *self)
{
    struct memory_range r;
    uint32_t unmapped = 0, error = read_range(self, &r, 0);

    if (!error)
        error = memory_unmap(target(self), r.address, r.pages, &unmapped);
    return answer(self, error, unmapped);
}

/* Into `p`, as `self` wants it.  What it needs on the source, other calls need, too: QUERY reads and MAP writes. */
uint32_t
process_share(const struct thread *self, struct process *p, const struct memory_share *s)
{
    bool writable = s->to.flags;
    uint32_t error = s->to.flags & ~MEMORY_WRITABLE ? ERR_FLAGS : desc_check(self->process, s->source, CALL_MEMORY_QUERY);

    if (!error && writable && !desc_allows(desc_find(self->process, s->source), CALL_MEMORY_MAP))
        error = ERR_RIGHT;
    return error ? error : memory_share(p, s->to.address, s->to.pages, writable, process_of(self, s->source), s->from);
}

struct thread *
call_memory_share(struct thread *self)
{
    struct memory_share s;
    uint32_t error = call_data(self, &s, sizeof(s));

    return answer(self, error ? error : process_share(self, target(self), &s), 0);
}

/* Who maps the screen draws there: the console leaves it to them. */
static void
leave_screen(uint32_t physical, uint32_t pages)
{
    if (physical <= VGA_TEXT && VGA_TEXT - physical < pages * PAGE_SIZE)
        vga_leave();
}

/* The machine is no target here, but has to allow it as if it were: with WRITE. */
struct thread *
call_memory_device(struct thread *self)
{
    struct memory_device d;
    uint32_t error = call_data(self, &d, sizeof(d));

    if (!error)
        error = d.to.flags & ~MEMORY_WRITABLE ? ERR_FLAGS : desc_check(self->process, d.machine, CALL_TEST_WRITE);
    if (!error)
        error = memory_device(target(self), d.to.address, d.to.pages, d.to.flags, d.physical);
    if (!error)
        leave_screen(d.physical, d.to.pages);
    return answer(self, error, 0);
}

/* QUERY and SCAN.  The reply must have a place before anything is cleared. */
static struct thread *
look(struct thread *self, bool clear)
{
    struct memory_range r = {0};
    struct memory_view view;
    uint32_t error = read_range(self, &r, 0), size = offsetof(struct memory_view, page[r.pages]);

    if (!error && !range_of_pages(r.address, r.pages))
        error = ERR_ADDRESS;
    if (!error)
        error = own_page(call_room(self, size));
    if (!error)
        error = memory_look(target(self), r.address, r.pages, view.page, clear);
    if (error)
        return call_fail(self, error);
    view.next = space_next(target(self)->space, r.address + r.pages * PAGE_SIZE);
    view.error = 0;
    return call_reply_data(self, &view.next, size);
}

struct thread *
call_memory_query(struct thread *self)
{
    return look(self, false);
}

struct thread *
call_memory_scan(struct thread *self)
{
    return look(self, true);
}

struct thread *
call_frames(struct thread *self)
{
    struct frame_range r = {0};
    struct frame_view view; /* only so much of it is filled as is asked for */
    uint32_t error = call_data(self, &r, sizeof(r)), size = offsetof(struct frame_view, users[r.frames]);

    if (!error && (r.frames > FRAMES_MAX || r.first > FRAMES - r.frames))
        error = ERR_ADDRESS;
    if (!error)
        error = own_page(call_room(self, size));
    if (error)
        return call_fail(self, error);
    view.free = frames_free;
    view.error = 0;
    for (uint32_t i = 0; i < r.frames; i++)
        view.users[i] = frame_references((r.first + i) * PAGE_SIZE);
    return call_reply_data(self, &view.free, size);
}

struct thread *
call_process_manager(struct thread *self)
{
    struct process *p = target(self);
    struct door_for door;
    uint32_t error = call_data(self, &door, sizeof(door));

    if (!error)
        error = desc_set(&p->manager, self->process, &door);
    if (!error)
        event_drop(&p->ended_event);
    return answer(self, error, 0);
}

/* The descriptors come behind the data, of which there may be some, as in any message. */
struct thread *
call_process_give(struct thread *self)
{
    uint32_t sizes = CALL_ARG3(self), error = 0;
    struct span from;

    if (message_size(sizes) > call_total_size(sizes) || call_descriptors(sizes) == 0)
        error = ERR_SIZE;
    if (!error && (error = message_find(&from, self, message_size(sizes), SPAN_READ)) == ERR_ABSENT)
        error = ERR_OWN_PAGE;
    if (!error)
        error = transfer_check(self->process, from, target(self), sizes);
    if (error)
        return call_fail(self, error);
    return call_reply(self, transfer_do(self->process, target(self), call_descriptors(sizes)), 0);
}

struct thread *
call_process_thread(struct thread *self)
{
    struct thread *t;

    // SINCE pm
    if (!process_thread_room(target(self)))
        return call_fail(self, ERR_FULL);
    // END pm
    t = desc_room(self->process, 1) ? thread_create(target(self)) : NULL;
    if (!t)
        return call_fail(self, ERR_MEMORY);
    thread_made_by(t, self);
    return call_reply(self, desc_new(self->process, &t->object, RIGHTS_ALL, 0), 0);
}

struct thread *
call_process_vector(struct thread *self)
{
    uint32_t vector, error = call_data(self, &vector, sizeof(vector));

    if (!error && (vector < VECTOR_EXCEPTIONS || vector >= VECTORS))
        error = ERR_FLAGS;
    if (!error)
        target(self)->vector = vector;
    return answer(self, error, 0);
}

struct thread *
call_process_ports(struct thread *self)
{
    struct port_grant grant;
    uint32_t error = call_data(self, &grant, sizeof(grant));

    if (!error)
        error = desc_check(self->process, grant.machine, CALL_TEST_WRITE);
    if (!error)
        error = ports_grant(target(self), &grant);
    return answer(self, error, 0);
}
