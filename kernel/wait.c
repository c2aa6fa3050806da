/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting for several doors, and not for ever.
 *
 * Time limits lie in a wheel: one list for each millisecond of the next
 * WHEEL, and round again (Varghese and Lauck, "Hashed and Hierarchical Timing
 * Wheels", 1987, scheme 6).  So setting and removing one costs the same
 * however many there are.
 */
#include "door.h"

#define WHEEL 256

static struct list wheel[WHEEL];
static uint32_t wheel_time; /* the limits up to here have been looked at */

/*
 * `t` is about to wait no longer than that, 0 meaning for ever; a call that is made again has
 * what is left of its time.  False if that is nothing.
 */
bool
limit_set(struct thread *t, uint32_t milliseconds)
{
    // SOLUTION doors.5
    // | /* TODO doors.5 */
    // | (void)t, (void)milliseconds, (void)wheel;
    // | exercise_missing("doors.5");
    // | return true;
    struct list *list;

    if (milliseconds == 0)
        return true;
    if (!t->limited)
        t->deadline = timer_milliseconds + milliseconds;
    t->limited = true;
    if ((int32_t)(t->deadline - timer_milliseconds) <= 0)
        return false;
    list = &wheel[t->deadline % WHEEL];
    if (!list->next)
        list_init(list);
    list_append(list, &t->limit);
    return true;
    // END doors.5
}

/* What `t` was waiting for has come, or never will. */
void
limit_clear(struct thread *t)
{
    list_remove(&t->limit);
    t->limited = false;
}

/* Those whose time is over go on with an error. */
static void
expire(struct list *list)
{
    // SOLUTION doors.5
    // | /* TODO doors.5: only those whose time it is; mind that the list changes under your hands. */
    // | (void)list;
    struct list *next;

    for (struct list *link = list->next; link && link != list; link = next) {
        struct thread *t = LIST_ENTRY(link, struct thread, limit);

        next = link->next;
        if (t->deadline == wheel_time)
            call_fails(t, ERR_TIME);
    }
    // END doors.5
}

/* The clock has gone on. */
void
limit_expire(void)
{
    while (wheel_time != timer_milliseconds)
        expire(&wheel[++wheel_time % WHEEL]);
}

/* Would CALL_RECEIVE find something? */
static bool
ready(const struct door *door)
{
    return !list_empty(&door->callers) || !list_empty(&door->events);
}

struct thread *
call_wouldblock(struct thread *self)
{
    // SOLUTION doors.5
    // | /* TODO doors.5 */
    // | exercise_missing("doors.5");
    // | (void)ready;
    // | return call_fail(self, ERR_TARGET);
    uint32_t error;
    struct door *door = door_owned(self->process, CALL_ARG1(self), &error);

    return door ? call_reply(self, !ready(door), 0) : call_fail(self, error);
    // END doors.5
}

#define PIECE 16 /* threads that are woken in one piece of work */

/*
 * Some of those who wait at the door make their calls again.  Answers whether these were all: if what has come
 * is taken, the others need not look, and those who look again are not woken for ever.
 */
static bool
wake_piece(struct work *work)
{
    struct door *door = LIST_ENTRY(work, struct door, work);

    for (unsigned i = 0; i < PIECE && ready(door) && !list_empty(&door->waiters); i++) {
        struct thread *t = LIST_ENTRY(door->waiters.next, struct waiter, link)->thread;

        thread_leave(t);
        t->again = CALL_AGAIN;
        thread_wake(t);
    }
    return !ready(door) || list_empty(&door->waiters);
}

/* Something came to a door where nobody receives: those who wait there hear of it (reap.c). */
void
waiter_wake(struct door *door)
{
    // SOLUTION doors.5
    // | /* TODO doors.5: wake_piece() is a piece of work, unless it is among the works already. */
    // | (void)door, (void)wake_piece;
    if (list_empty(&door->waiters) || !list_empty(&door->work.link))
        return;
    door->work.piece = wake_piece;
    work_add(&door->work);
    // END doors.5
}

void
waiters_leave(struct thread *t)
{
    for (unsigned i = 0; i < WAIT_MAX; i++)
        list_remove(&t->waiter[i].link);
}

/* One of the doors where something has come, each in its turn; `count` if there is none. */
static uint32_t
first_ready(struct thread *self, struct door **door, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t n = (self->turn + i) % count;

        if (ready(door[n])) {
            self->turn = n + 1;
            return n;
        }
    }
    return count;
}

static void
wait_at(struct thread *self, struct door **door, uint32_t count)
{
    self->state = THREAD_WAITING;
    for (uint32_t i = 0; i < count; i++) {
        self->waiter[i].thread = self;
        list_append(&door[i]->waiters, &self->waiter[i].link);
    }
}

#define LONGEST 0x7fffffffu /* milliseconds */

struct thread *
call_wait(struct thread *self)
{
    struct wait_list list;
    struct door *door[WAIT_MAX];
    uint32_t size = call_data_size(CALL_ARG3(self)), count = size / 4 - 1, n, error = ERR_SIZE;

    if (size >= 8 && size <= sizeof(list) && size % 4 == 0)
        error = call_data(self, &list, size);
    for (uint32_t i = 0; !error && i < count; i++)
        door[i] = door_owned(self->process, list.door[i], &error);
    if (error) {
        limit_clear(self);
        return call_fail(self, error);
    }
    n = first_ready(self, door, count);
    if (n == count && limit_set(self, list.limit < LONGEST ? list.limit : LONGEST)) {
        wait_at(self, door, count);
        return NULL;
    }
    limit_clear(self);
    return n < count ? call_reply(self, list.door[n], 0) : call_fail(self, ERR_TIME);
}
