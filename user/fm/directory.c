/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in a directory: a list, in the order of coming.
 */
#include "node.h"

#include "string.h"
#include "text.h"

struct node *
directory_find(const struct node *directory, const char *name)
{
    struct node *n = directory->first;

    while (n && strcmp(n->name, name) != 0)
        n = n->next;
    return n;
}

struct node *
directory_entry(const struct node *directory, uint32_t index)
{
    struct node *n = directory->first;

    while (n && index--)
        n = n->next;
    return n;
}

void
directory_add(struct node *directory, struct node *node, const char *name)
{
    struct node **link = &directory->first;

    while (*link)
        link = &(*link)->next;
    *link = node;
    node->parent = directory;
    node->next = NULL;
    memset(node->name, 0, sizeof(node->name));
    strlcpy(node->name, name, sizeof(node->name));
    directory->size++;
    node_touch(directory);
}

void
directory_remove(struct node *node)
{
    struct node **link = &node->parent->first;

    while (*link != node)
        link = &(*link)->next;
    *link = node->next;
    node->parent->size--;
    node_touch(node->parent);
}
