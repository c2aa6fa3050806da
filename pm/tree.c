/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an object has at each index: a tree of three levels, like page tables, of which only what is needed is there.
 */
#include "vm.h"

#include "memory.h"

#define LEAF   64u  /* entries of a leaf */
#define MIDDLE 128u /* leaves of a node in the middle */
#define NODE   (LEAF * MIDDLE)

static uint32_t
nodes(const struct tree *tree)
{
    return (tree->pages + NODE - 1) / NODE;
}

bool
tree_start(struct tree *tree, uint32_t pages)
{
    tree->pages = pages;
    tree->top = calloc(nodes(tree) + 1, sizeof(*tree->top));
    return tree->top;
}

bool
tree_resize(struct tree *tree, uint32_t pages)
{
    uint32_t old = nodes(tree), new = (pages + NODE - 1) / NODE;
    uint32_t ***top = new > old ? realloc(tree->top, (new + 1) * sizeof(*top)) : tree->top;

    if (!top)
        return false;
    for (uint32_t i = old; i < new; i++)
        top[i] = NULL;
    tree->top = top;
    tree->pages = pages;
    return true;
}

/* The leaf where the index is; NULL. */
static uint32_t *
leaf_of(const struct tree *tree, uint32_t index)
{
    uint32_t **middle = tree->top && index < tree->pages ? tree->top[index / NODE] : NULL;

    return middle ? middle[index / LEAF % MIDDLE] : NULL;
}

uint32_t
tree_get(const struct tree *tree, uint32_t index)
{
    const uint32_t *leaf = leaf_of(tree, index);

    return leaf ? leaf[index % LEAF] : 0;
}

uint32_t *
tree_place(struct tree *tree, uint32_t index)
{
    uint32_t ***node, **leaf;

    if (index >= tree->pages)
        return NULL;
    node = &tree->top[index / NODE];
    if (!*node)
        *node = calloc(MIDDLE, sizeof(**node));
    if (!*node)
        return NULL;
    leaf = &(*node)[index / LEAF % MIDDLE];
    if (!*leaf)
        *leaf = calloc(LEAF, sizeof(**leaf));
    return *leaf ? &(*leaf)[index % LEAF] : NULL;
}

void
tree_set(struct tree *tree, uint32_t index, uint32_t entry)
{
    leaf_of(tree, index)[index % LEAF] = entry;
}

/* Where the search goes on behind an index, at which a node or leaf is missing. */
static uint32_t
skip(const struct tree *tree, uint32_t index)
{
    return tree->top[index / NODE] ? (index / LEAF + 1) * LEAF : (index / NODE + 1) * NODE;
}

uint32_t
tree_next(const struct tree *tree, uint32_t from)
{
    while (tree->top && from < tree->pages) {
        const uint32_t *leaf = leaf_of(tree, from);

        if (leaf && leaf[from % LEAF])
            return from;
        from = leaf ? from + 1 : skip(tree, from);
    }
    return TREE_NONE;
}

void
tree_end(struct tree *tree)
{
    for (uint32_t i = 0; tree->top && i < nodes(tree); i++) {
        for (uint32_t j = 0; tree->top[i] && j < MIDDLE; j++)
            free(tree->top[i][j]);
        free(tree->top[i]);
    }
    free(tree->top);
    *tree = (struct tree){0};
}
