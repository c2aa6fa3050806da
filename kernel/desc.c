/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors: small numbers by which a process names objects.  A number means
 * nothing outside of its process, so nobody can guess their way to an object.
 *
 * They lie in pages of their own that come when they are needed and stay until
 * the process ends.  Those that are not in use name object_nothing and form a
 * list.  0 is never used.
 */
#include "door.h"

struct object machine = {CALL_MACHINE_FIRST, CALL_MACHINE_END - CALL_MACHINE_FIRST, OBJECT_MACHINE, 1};
struct object object_nothing;

/* Stands in for numbers that no process has, and for pages that are not there. */
struct descriptor descriptor_nowhere[DESCRIPTORS_PER_PAGE] = {
    [0 ... DESCRIPTORS_PER_PAGE - 1] = {.object = &object_nothing},
};

/* One page more, of numbers that are not in use; false if memory or the numbers are used up. */
static bool
grow(struct process *p)
{
    // SINCE pm
    // < paddr_t frame = p->pages < DESCRIPTOR_PAGES ? frame_new() : 0;
    uint32_t most = p->pages_max ? p->pages_max : DESCRIPTOR_PAGES;
    paddr_t frame = p->pages < most ? frame_new() : 0;
    // END pm
    struct descriptor *page = direct(frame);
    uint32_t first = p->pages * DESCRIPTORS_PER_PAGE;

    if (!frame)
        return false;
    p->page[p->pages++] = page;
    for (uint32_t i = 0; i < DESCRIPTORS_PER_PAGE; i++) {
        page[i].object = &object_nothing;
        page[i].cookie = first + i + 1;
    }
    page[DESCRIPTORS_PER_PAGE - 1].cookie = p->next_unused;
    p->next_unused = first ? first : 1;
    p->unused += first ? DESCRIPTORS_PER_PAGE : DESCRIPTORS_PER_PAGE - 1;
    return true;
}

/* Sees to it that `count` numbers, up to 255, can be taken into use. */
bool
desc_room(struct process *p, uint32_t count)
{
    return p->unused >= count || grow(p);
}

/* One descriptor more that counts: what the owner of a door was going to hear is no longer true. */
static void
refer(struct object *object)
{
    if (object->references++ == 0 && object->kind == OBJECT_DOOR)
        list_remove(&((struct door *)object)->unref.link);
}

/* A descriptor of `object`, with one reference more; 0 if there is no room. */
uint32_t
desc_new(struct process *p, struct object *object, uint32_t rights, uint32_t cookie)
{
    // SOLUTION doors.1
    // | /* TODO doors.1: mind that the owner's descriptor of a door is not counted. */
    // | (void)p, (void)object, (void)rights, (void)cookie;
    // | exercise_stop("doors.1");
    struct descriptor *d;
    uint32_t unused;

    if (!desc_room(p, 1))
        return 0;
    unused = p->next_unused;
    d = desc_find(p, unused);
    p->next_unused = d->cookie;
    p->unused--;
    *d = (struct descriptor){object, rights, cookie, 0};
    if (!(rights & DESCRIPTOR_OWNER))
        refer(object);
    return unused;
    // END doors.1
}

/* A number that names nothing any more, and through which no call is under way, can be used again. */
void
desc_free(struct process *p, uint32_t number)
{
    // SOLUTION doors.1
    // | /* TODO doors.1 */
    // | (void)p, (void)number;
    struct descriptor *d = desc_find(p, number);

    if (number == 0 || d->object != &object_nothing || d->calls > 0)
        return;
    d->cookie = p->next_unused;
    p->next_unused = number;
    p->unused++;
    // END doors.1
}

/* `d` was closed while calls through it were under way, and the last of them is over. */
void
desc_reuse(struct process *p, const struct descriptor *d)
{
    for (uint32_t i = 0; i < p->pages; i++)
        if (d >= p->page[i] && d < p->page[i] + DESCRIPTORS_PER_PAGE)
            desc_free(p, i * DESCRIPTORS_PER_PAGE + (d - p->page[i]));
}

/* What a last reference leaves behind: who is told, what is freed. */
static void
unreferenced(struct object *object)
{
    if (object->kind == OBJECT_DOOR)
        door_unreferenced((struct door *)object);
    else if (object->kind == OBJECT_THREAD)
        thread_unreferenced(LIST_ENTRY(object, struct thread, object));
    else if (object->kind == OBJECT_REPLY)
        reply_dropped(LIST_ENTRY(object, struct thread, reply));
}

/* `d` names nothing any more: what it named has a reference less.  Whose number it is frees that. */
void
desc_drop(struct descriptor *d)
{
    // SOLUTION doors.1
    // | /* TODO doors.1: with the owner's descriptor the door dies; with a last reference, unreferenced(). */
    // | (void)d, (void)unreferenced;
    struct object *object = d->object;
    uint32_t owner = d->rights & DESCRIPTOR_OWNER;

    d->object = &object_nothing;
    d->rights = 0;
    if (owner)
        door_die((struct door *)object);
    else if (object->kind == OBJECT_PROCESS)
        process_release((struct process *)object);
    else if (object != &object_nothing && --object->references == 0)
        unreferenced(object);
    // END doors.1
}

void
desc_close(struct process *p, uint32_t number)
{
    desc_drop(desc_find(p, number));
    desc_free(p, number);
}

/*
 * May `p` send `function` to what its descriptor `number` names?  0 if so;
 * ERR_TARGET if that is nothing, or takes no such function; ERR_DEAD; ERR_RIGHT.
 */
uint32_t
desc_check(const struct process *p, uint32_t number, uint32_t function)
{
    // SOLUTION doors.1
    // | /* TODO doors.1: desc_find(), desc_allows(). */
    // | (void)p, (void)number, (void)function;
    // | exercise_stop("doors.1");
    const struct descriptor *d = desc_find(p, number);

    if (function - d->object->first >= d->object->span)
        return d->object->kind == OBJECT_THREAD && !d->object->span ? ERR_DEAD : ERR_TARGET;
    return desc_allows(d, function) ? 0 : ERR_RIGHT;
    // END doors.1
}

/*
 * A call on what a descriptor names: `handle` does it, if the caller may.  Those of
 * abi/door.h on doors and on any descriptor have rules of their own.
 */
struct thread *
call_target(struct thread *self, handler *handle)
{
    bool own = CALL_ARG0(self) >= CALL_RECEIVE && CALL_ARG0(self) < CALL_THREAD_FIRST;
    uint32_t error = own ? 0 : desc_check(self->process, CALL_ARG1(self), CALL_ARG0(self));

    return error ? call_fail(self, error) : handle(self);
}

struct thread *
call_close(struct thread *self)
{
    uint32_t number = CALL_ARG1(self);

    if (desc_find(self->process, number)->object == &object_nothing)
        return call_fail(self, ERR_TARGET);
    desc_close(self->process, number);
    return thread_preempt(call_reply(self, 0, 0));
}

/* The owner's duplicate is an ordinary descriptor, with a cookie that the owner chose. */
static struct descriptor
duplicate(const struct descriptor *d, struct duplicate wanted)
{
    // SOLUTION doors.1
    // | /* TODO doors.1: rights only get fewer. */
    // | (void)wanted;
    // | return *d;
    uint32_t cookie = d->rights & DESCRIPTOR_OWNER ? wanted.cookie : d->cookie;

    return (struct descriptor){d->object, d->rights & wanted.rights & RIGHTS_ALL, cookie, 0};
    // END doors.1
}

struct thread *
call_duplicate(struct thread *self)
{
    const struct descriptor *d = desc_find(self->process, CALL_ARG1(self));
    struct duplicate wanted;
    struct descriptor new;
    uint32_t number, error = call_data(self, &wanted, sizeof(wanted));

    if (!error && d->object == &object_nothing)
        error = ERR_TARGET;
    else if (!error && !(d->rights & RIGHT_COPY))
        error = ERR_RIGHT;
    if (error)
        return call_fail(self, error);
    new = duplicate(d, wanted);
    number = desc_new(self->process, new.object, new.rights, new.cookie);
    return number ? call_reply(self, number, 0) : call_fail(self, ERR_MEMORY);
}

/* `to`, which is no number's, becomes a duplicate of the door that the caller wants for it.  0, or an error. */
uint32_t
desc_set(struct descriptor *to, const struct process *caller, const struct door_for *wanted)
{
    const struct descriptor *d = desc_find(caller, wanted->door);
    struct descriptor old = *to;

    if (wanted->door && d->object->kind != OBJECT_DOOR)
        return ERR_TARGET;
    if (wanted->door && !(d->rights & RIGHT_COPY))
        return ERR_RIGHT;
    if (to->calls > 0)
        return ERR_BUSY;
    *to = duplicate(d, wanted->duplicate);
    refer(to->object);
    desc_drop(&old);
    return 0;
}

/* What `p` may know about its descriptor `d`. */
struct look
desc_look(const struct process *p, const struct descriptor *d)
{
    bool own = d->object->kind == OBJECT_DOOR && ((struct door *)d->object)->owner == p;
    struct look look = {d->object->kind, 0, d->rights & RIGHTS_ALL, 0, own ? d->cookie : 0};

    look.flags = (d->rights & DESCRIPTOR_OWNER ? LOOK_OWNER : 0) | (own ? LOOK_OWN : 0);
    return look;
}

struct thread *
call_look(struct thread *self)
{
    const struct descriptor *d = desc_find(self->process, CALL_ARG1(self));
    struct look look = desc_look(self->process, d);
    uint32_t error = d->object == &object_nothing ? ERR_TARGET : own_page(call_room(self, sizeof(look)));

    if (error)
        return call_fail(self, error);
    return call_reply_data(self, &look.kind, sizeof(look));
}
