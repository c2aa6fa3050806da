/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of nodes: see node.h.
 */
#include "node.h"

#define NUMBER_BITS    12
#define GENERATION_MAX (UINT32_MAX >> NUMBER_BITS)

static struct node node[NODES_MAX];
static struct node *first_free;
static uint32_t limit, touched, count; /* nodes 0 to `touched` have been in use */

_Static_assert(NODES_MAX == 1 << NUMBER_BITS, "a cookie has all numbers");

void
node_start(uint32_t nodes)
{
    limit = nodes < NODES_MAX ? nodes : NODES_MAX - 1;
    node[0].kind = STREAM_DIRECTORY;
}

uint32_t
node_number(const struct node *n)
{
    return n - node;
}

uint32_t
node_cookie(const struct node *n)
{
    return n->generation << NUMBER_BITS | node_number(n);
}

struct node *
node_of(uint32_t cookie)
{
    struct node *n = &node[cookie % NODES_MAX];

    return n->kind && n->generation == cookie >> NUMBER_BITS ? n : NULL;
}

uint32_t
node_count(void)
{
    return count;
}

struct node *
node_spare(void)
{
    if (first_free)
        return first_free;
    return touched < limit ? &node[touched + 1] : NULL;
}

void
node_take(uint32_t kind)
{
    struct node *n = node_spare();

    if (n == first_free)
        first_free = n->next;
    else
        touched++;
    count++;
    *n = (struct node){.generation = n->generation, .kind = kind};
}

/* A generation never comes twice: a node that has had all of them is not used again. */
void
node_free(struct node *n)
{
    n->kind = 0;
    count--;
    if (n->generation++ == GENERATION_MAX)
        return;
    n->next = first_free;
    first_free = n;
}

void
node_touch(struct node *n)
{
    n->time = seconds();
}
