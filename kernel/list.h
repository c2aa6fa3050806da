/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rings of things that have a struct list in them.  The head of a list is one
 * more link; an empty list, and a link in no list, points to itself.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next, *previous;
};

#define LIST_EMPTY(list) {&(list), &(list)}

/* The structure of this type of which `link` is the given member. */
#define LIST_ENTRY(link, type, member) ((type *)((char *)(link) - offsetof(type, member)))

static inline void
list_init(struct list *list)
{
    list->next = list->previous = list;
}

static inline bool
list_empty(const struct list *list)
{
    return list->next == list;
}

/* Puts a link that is in no list at the end of `list`. */
static inline void
list_append(struct list *list, struct list *link)
{
    struct list *last = list->previous;

    link->next = list;
    link->previous = last;
    last->next = link;
    list->previous = link;
}

/* Takes a link out of its list, if it is in one. */
static inline void
list_remove(struct list *link)
{
    link->next->previous = link->previous;
    link->previous->next = link->next;
    list_init(link);
}
