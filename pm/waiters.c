/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Those who wait for the end of a process: replies that are owed, in the order in which they were asked for.
 */
#include "pm.h"

#include "memory.h"

/* Takes the first out of the list. */
static uint32_t
pop(struct waiter **list)
{
    struct waiter *w = *list;
    uint32_t reply = w->reply;

    *list = w->next;
    free(w);
    return reply;
}

/* Who has ended while waiting is not waited on.  (No error is no answer: it fails otherwise if somebody waits.) */
static void
sweep(struct waiter **list)
{
    while (*list)
        if (answer_error((*list)->reply, 0).error == ERR_FLAGS)
            list = &(*list)->next;
        else
            descriptor_close(pop(list));
}

/* The reply of this request comes later, with the others' in `list`. */
uint32_t
waiters_add(struct waiter **list, struct request *r)
{
    struct waiter *w = malloc(sizeof(*w));
    struct result parked = {0, ERR_MEMORY};

    sweep(list);
    if (w)
        parked = park(r->m.cookie);
    if (parked.error) {
        free(w);
        return ERR_LIMIT;
    }
    while (*list)
        list = &(*list)->next;
    *list = w;
    *w = (struct waiter){NULL, parked.value, r->stranger};
    return NO_REPLY;
}

/* Is the first still there, to be told?  Strangers do not count. */
static bool
tell(struct waiter **list, const struct process_view *view)
{
    bool stranger = (*list)->stranger;
    uint32_t reply = pop(list);
    bool told = !answer(reply, view, call_sizes(sizeof(*view), sizeof(*view), 0)).error;

    if (!told)
        descriptor_close(reply);
    return told && !stranger;
}

/* Tells all; was there anybody? */
bool
waiters_tell(struct waiter **list, const struct process_view *view)
{
    bool told = false;

    while (*list)
        told |= tell(list, view);
    return told;
}

/* Tells the first who is still there. */
bool
waiters_tell_first(struct waiter **list, const struct process_view *view)
{
    while (*list)
        if (tell(list, view))
            return true;
    return false;
}

/* They get ERR_DEAD. */
void
waiters_drop(struct waiter **list)
{
    while (*list)
        descriptor_close(pop(list));
}

/* They get this error. */
void
waiters_refuse(struct waiter **list, uint32_t error)
{
    while (*list) {
        uint32_t reply = pop(list);

        if (answer_error(reply, error).error)
            descriptor_close(reply);
    }
}
