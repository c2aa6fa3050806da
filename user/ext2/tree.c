/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the blocks of files are, and new ones: see tree.h.
 */
#include "tree.h"

#include "allocate.h"
#include "cache.h"
#include "flush.h"
#include "fs.h"

/* The way to a block: the place in the inode, then those in indirect blocks. */
struct way {
    uint32_t level; /* how many indirect blocks are on it */
    uint32_t at[4];
};

uint32_t
tree_span(uint32_t level)
{
    uint32_t blocks = 1;

    while (level--)
        blocks *= fs.pointers;
    return blocks;
}

static uint32_t
find_way(uint32_t index, struct way *w)
{
    *w = (struct way){0};
    if (index < EXT2_DIRECT) {
        w->at[0] = index;
        return 0;
    }
    for (index -= EXT2_DIRECT, w->level = 1; w->level < 4; index -= tree_span(w->level++)) {
        if (index >= tree_span(w->level))
            continue;
        w->at[0] = EXT2_DIRECT + w->level - 1;
        for (uint32_t i = 1; i <= w->level; i++)
            w->at[i] = index / tree_span(w->level - i) % fs.pointers;
        return 0;
    }
    return ERR_FILE_BIG;
}

uint32_t
tree_look(uint32_t block, uint32_t at, uint32_t *named)
{
    uint32_t *pointer, error = fs_check_block(block);

    if (!error)
        error = cache_read(block, &pointer);
    if (!error)
        *named = pointer[at];
    return error;
}

uint32_t
tree_find(const struct node *node, uint32_t index, uint32_t *block)
{
    struct way w;
    uint32_t error = find_way(index, &w);

    *block = 0;
    if (error)
        return error;
    *block = node->i.block[w.at[0]];
    for (uint32_t i = 1; i <= w.level && *block && !error; i++)
        error = tree_look(*block, w.at[i], block);
    return error || !*block ? error : fs_check_block(*block);
}

uint32_t
tree_run(const struct node *node, uint32_t index, uint32_t most, uint32_t *block, uint32_t *count)
{
    uint32_t next, error = tree_find(node, index, block);

    for (*count = 1; *count < most && !error; ++*count) {
        error = tree_find(node, index + *count, &next);
        if (next != (*block ? *block + *count : 0))
            break;
    }
    return error;
}

/* How much of the ways to two blocks, one behind the other, is the same. */
static uint32_t
shared(uint32_t index)
{
    struct way a, b;
    uint32_t same = 0;

    find_way(index - 1, &a);
    find_way(index, &b);
    while (a.level == b.level && same <= a.level && a.at[same] == b.at[same])
        same++;
    return same;
}

/* The places on the way that name nothing yet, from `from` on. */
static uint32_t
missing_on_way(const struct node *node, uint32_t index, uint32_t from, uint32_t *count)
{
    struct way w;
    uint32_t error = find_way(index, &w), block = error ? 0 : node->i.block[w.at[0]], i;

    for (i = 1; i <= w.level && block && !error; i++)
        error = tree_look(block, w.at[i], &block);
    if (!error && !block)
        *count += w.level + 1 - (i - 1 > from ? i - 1 : from);
    return error || !block ? error : fs_check_block(block);
}

uint32_t
tree_missing(const struct node *node, uint32_t first, uint32_t last, uint32_t *count)
{
    uint32_t error = 0;

    *count = 0;
    for (uint32_t i = first; i <= last && !error; i++)
        error = missing_on_way(node, i, i > first ? shared(i) : 0, count);
    return error;
}

/* --- Growing. */

/* A block for a place that has none.  Behind the one before it, or in the group of the inode. */
static uint32_t
allocate(struct node *node, uint32_t before, uint32_t *block)
{
    uint32_t group = (node->number - 1) / fs.super.group_inodes;
    uint32_t near = before ? before + 1 : fs.super.first_block + group * fs.super.group_blocks;
    uint32_t error = block_allocate(near, block);

    if (!error)
        node->i.sectors += fs.sectors;
    return error;
}

/* One that names others, all of them holes; the place that names it is the caller's. */
static uint32_t
allocate_indirect(struct node *node, uint32_t before, uint32_t *block)
{
    uint32_t error = allocate(node, before, block);
    void *zeros;

    if (!error && (error = cache_new(*block, &zeros))) {
        block_free(*block);
        *block = 0;
        node->i.sectors -= fs.sectors;
    }
    return error;
}

/* The place below `block`, which is an indirect one. */
static uint32_t
add_below(struct node *node, uint32_t *block, uint32_t at, bool indirect)
{
    uint32_t named, error = tree_look(*block, at, &named), before = 0, *pointer;

    if (!error && named == 0) {
        if (at > 0 && (error = tree_look(*block, at - 1, &before)))
            return error;
        before = before ? before : *block;
        error = indirect ? allocate_indirect(node, before, &named) : allocate(node, before, &named);
        if (!error)
            error = cache_read(*block, &pointer);
        if (error)
            return error;
        pointer[at] = named;
        cache_change(pointer, ORDER_NEW);
    }
    *block = named;
    return error;
}

uint32_t
tree_add(struct node *node, uint32_t index, uint32_t *block)
{
    struct way w;
    uint32_t error = find_way(index, &w), *root = &node->i.block[w.at[0]], before;

    if (error)
        return error;
    before = w.at[0] ? root[-1] : 0;
    if (!*root)
        error = w.level ? allocate_indirect(node, before, root) : allocate(node, before, root);
    *block = *root;
    for (uint32_t i = 1; i <= w.level && !error; i++)
        error = add_below(node, block, w.at[i], i < w.level);
    return error ? error : fs_check_block(*block);
}
