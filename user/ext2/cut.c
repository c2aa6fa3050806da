/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files become shorter, and their blocks free: see tree.h.
 */
#include "allocate.h"
#include "cache.h"
#include "flush.h"
#include "fs.h"
#include "tree.h"

/*
 * How many blocks the tree has, its root included, or all of the file system's, if it is a damaged one: so
 * that it ends though a block may be named twice.
 */
static uint32_t
count_tree(uint32_t block, uint32_t level, uint32_t *count)
{
    uint32_t error = 0, below;

    if (++*count > fs.super.blocks)
        return ERR_FORMAT;
    for (uint32_t i = 0; level && i < fs.pointers && !error; i++) {
        error = tree_look(block, i, &below);
        if (!error && below)
            error = count_tree(below, level - 1, count);
    }
    return error;
}

static uint32_t
detach(struct node *node, uint32_t block, uint32_t level)
{
    uint32_t count = 0, error = count_tree(block, level, &count);

    if (error)
        return error;
    free_later(block, level);
    node->i.sectors -= count * fs.sectors;
    return 0;
}

/* Of an indirect block, what begins at its index'th block: whole trees, but for the first, of which a part may stay. */
static uint32_t
cut_below(struct node *node, uint32_t block, uint32_t level, uint32_t index)
{
    uint32_t each = tree_span(level - 1), part = index % each, first = index / each, error = 0, below, *pointer;

    if (part) {
        error = tree_look(block, first++, &below);
        if (!error && below)
            error = cut_below(node, below, level - 1, part);
    }
    for (uint32_t i = first; i < fs.pointers && !error; i++) {
        error = tree_look(block, i, &below);
        if (error || !below)
            continue;
        error = detach(node, below, level - 1);
        if (!error)
            error = cache_read(block, &pointer);
        if (error)
            break;
        pointer[i] = 0;
        cache_change(pointer, ORDER_NEW);
    }
    return error;
}

/* The tree of this level, or a single block, of which `index` blocks stay. */
static uint32_t
cut_root(struct node *node, uint32_t *root, uint32_t level, uint32_t index)
{
    uint32_t error = 0;

    if (!*root || index >= tree_span(level))
        return 0;
    if (index)
        return cut_below(node, *root, level, index);
    error = detach(node, *root, level);
    if (!error)
        *root = 0;
    return error;
}

uint32_t
tree_cut(struct node *node, uint32_t index)
{
    uint32_t error = 0, first = EXT2_DIRECT;

    for (uint32_t i = index; i < EXT2_DIRECT && !error; i++)
        error = cut_root(node, &node->i.block[i], 0, 0);
    for (uint32_t level = 1; level < 4 && !error; first += tree_span(level++))
        error = cut_root(node, &node->i.block[EXT2_DIRECT + level - 1], level, index > first ? index - first : 0);
    return error;
}

void
tree_drop(const struct node *node)
{
    for (uint32_t i = 0; i < EXT2_ROOTS; i++)
        if (node->i.block[i])
            free_later(node->i.block[i], i < EXT2_DIRECT ? 0 : i - EXT2_DIRECT + 1);
    if (node->i.attributes)
        free_later(node->i.attributes, LEVEL_ATTRIBUTES);
}

/* Attributes may be others' too. */
static void
free_attributes(uint32_t block)
{
    struct ext2_attributes *a;

    if (fs_check_block(block) || cache_read(block, &a) || a->magic != EXT2_ATTRIBUTES) {
        fs_damaged();
    } else if (a->references > 1) {
        a->references--;
        cache_change(a, ORDER_NONE);
    } else {
        block_free(block);
    }
}

static void
free_below(uint32_t block, uint32_t level)
{
    uint32_t below;

    for (uint32_t i = 0; i < fs.pointers; i++) {
        if (tree_look(block, i, &below)) {
            fs_damaged();
            return;
        }
        if (below)
            tree_free(below, level - 1);
    }
}

/* What is free already is not looked into: so a damaged tree ends.  What has just been free'd is still as it was. */
void
tree_free(uint32_t block, uint32_t level)
{
    if (level == LEVEL_ATTRIBUTES) {
        free_attributes(block);
        return;
    }
    if (block_free(block) && level)
        free_below(block, level);
}
