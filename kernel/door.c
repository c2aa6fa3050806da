/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Doors: how they come, what waits at them, how they die.
 *
 * A dead door takes no function and has no owner.  Who waits there is told so,
 * piece by piece (reap.c); then the door goes with its last descriptor.
 */
#include "door.h"

#define PIECE 16 /* threads that are told in one piece of work */

static struct pool doors = {(sizeof(struct door) + 15) & ~15u, LIST_EMPTY(doors.slabs)};

/* Does anybody wait there who would be with another process if the door went to one? */
bool
door_in_use(const struct door *door)
{
    return !list_empty(&door->receivers) || !list_empty(&door->served) || !list_empty(&door->waiters);
}

/* A door; value: its owner's descriptor, 0 if memory is short. */
static uint32_t
door_new(struct process *owner, bool system, uint32_t cookie)
{
    struct door *door = desc_room(owner, 1) ? pool_new(&doors) : NULL;

    if (!door)
        return 0;
    door->object.kind = OBJECT_DOOR;
    door->object.first = system ? CALL_SYSTEM_FIRST : CALL_USER_FIRST;
    door->object.span = (system ? CALL_USER_FIRST : CALL_INVALID) - door->object.first;
    door->owner = owner;
    door->cookie = cookie;
    door->unref.function = MESSAGE_UNREF;
    list_init(&door->unref.link);
    list_init(&door->callers);
    list_init(&door->served);
    list_init(&door->receivers);
    list_init(&door->waiters);
    list_init(&door->events);
    list_init(&door->work.link);
    return desc_new(owner, &door->object, RIGHTS_ALL | DESCRIPTOR_OWNER, cookie);
}

/* The door of which `number` is the owner's descriptor; or NULL, and the error. */
struct door *
door_owned(const struct process *p, uint32_t number, uint32_t *error)
{
    const struct descriptor *d = desc_find(p, number);

    *error = d->object->kind != OBJECT_DOOR ? ERR_TARGET : d->rights & DESCRIPTOR_OWNER ? 0 : ERR_RIGHT;
    return *error ? NULL : (struct door *)d->object;
}

static void
free_if_unused(struct door *door)
{
    if (door->over && door->object.references == 0)
        pool_free(&doors, door);
}

/* The first thread at a dead door that has not been told; NULL if there is none. */
static struct thread *
first_waiting(struct door *door)
{
    struct list *lists[] = {&door->callers, &door->served, &door->receivers};

    for (unsigned i = 0; i < 3; i++)
        if (!list_empty(lists[i]))
            return THREAD_OF(lists[i]->next);
    return list_empty(&door->waiters) ? NULL : LIST_ENTRY(door->waiters.next, struct waiter, link)->thread;
}

/* A piece of the work that a dead door makes.  Answers whether that was all. */
static bool
door_piece(struct work *work)
{
    // SOLUTION doors.6
    // | /* TODO doors.6: PIECE of those who wait, see first_waiting(), and in the end the events. */
    // | (void)work, (void)first_waiting, (void)free_if_unused;
    // | return true;
    struct door *door = LIST_ENTRY(work, struct door, work);
    struct thread *t;

    for (unsigned i = 0; i < PIECE; i++) {
        if (!(t = first_waiting(door)))
            break;
        call_fails(t, ERR_DEAD);
    }
    if (first_waiting(door))
        return false;
    while (!list_empty(&door->events))
        event_drop(LIST_ENTRY(door->events.next, struct event, link));
    door->over = true;
    free_if_unused(door);
    return true;
    // END doors.6
}

/* The owner's descriptor is gone: nobody can call or receive here from now on. */
void
door_die(struct door *door)
{
    // SOLUTION doors.6
    // | /* TODO doors.6: work_add() sees to it that door_piece() is called. */
    // | (void)door, (void)door_piece;
    // | exercise_missing("doors.6");
    door->object.span = 0;
    door->owner = NULL;
    list_remove(&door->work.link);
    door->work.piece = door_piece;
    work_add(&door->work);
    // END doors.6
}

/* The last descriptor but the owner's is gone. */
void
door_unreferenced(struct door *door)
{
    // SOLUTION doors.6
    // | /* TODO doors.6 */
    // | (void)door;
    // | exercise_missing("doors.6");
    door->unref.cookie = door->cookie;
    if (door->owner)
        door_event(door, &door->unref);
    else
        free_if_unused(door);
    // END doors.6
}

/* Something has happened that the owner is to hear of; nothing new if it has not heard of the same yet. */
void
door_event(struct door *door, struct event *event)
{
    // SOLUTION doors.6
    // | /* TODO doors.6: who receives gets it at once; those who WAIT hear of it. */
    // | (void)door, (void)event;
    if (!list_empty(&event->link))
        return;
    list_append(&door->events, &event->link);
    while (!list_empty(&door->receivers) && !list_empty(&door->events)) {
        struct thread *receiver = THREAD_OF(door->receivers.next), *next;

        thread_leave(receiver);
        if ((next = event_take(receiver, door)))
            thread_wake(next);
    }
    waiter_wake(door);
    // END doors.6
}

/* The event is over: delivered, or of no interest to anybody any more. */
void
event_drop(struct event *event)
{
    list_remove(&event->link);
    if (event->function == MESSAGE_PROCESS_ENDED)
        process_release(LIST_ENTRY(event, struct process, ended_event));
}

/* What the message says; answers with its size. */
static uint32_t
event_data(struct event *event, void **data)
{
    struct process *p = LIST_ENTRY(event, struct process, ended_event);
    bool ended = event->function == MESSAGE_THREAD_ENDED || event->function == MESSAGE_PROCESS_ENDED;

    *data = ended ? &p->ended : NULL;
    return ended ? sizeof(p->ended) : 0;
}

/*
 * `self`, whose arguments are those of CALL_RECEIVE, gets the message of the first event.
 * Answers with the thread to run: NULL if its buffer is no good.
 */
struct thread *
event_take(struct thread *self, struct door *door)
{
    struct event *event = LIST_ENTRY(door->events.next, struct event, link);
    void *data;
    uint32_t size = event_data(event, &data), error;
    struct span to;

    error = size > call_total_size(CALL_ARG3(self)) ? ERR_BIG : message_find(&to, self, size, SPAN_WRITE);
    if (error) {
        call_undone(self, error);
        return NULL;
    }
    span_copy(to, (struct span){.at = data, .size = size}, size);
    CALL_ARG0(self) = event->function;
    CALL_ARG1(self) = event->cookie;
    CALL_ARG3(self) = call_sizes(0, size, 0);
    limit_clear(self);
    if (size)
        memset(data, 0, sizeof(uint32_t)); /* no thread has ended since */
    event_drop(event);
    return self;
}

struct thread *
call_door_create(struct thread *self)
{
    struct door_create create;
    uint32_t number, error = call_data(self, &create, sizeof(create));

    if (error || create.system > 1)
        return call_fail(self, error ? error : ERR_FLAGS);
    number = door_new(self->process, create.system, create.cookie);
    return number ? call_reply(self, number, 0) : call_fail(self, ERR_MEMORY);
}
