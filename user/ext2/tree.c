/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The blocks of files: see tree.h.
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

/* How many blocks a tree of this level has at most. */
static uint32_t
span(uint32_t level)
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
    for (index -= EXT2_DIRECT, w->level = 1; w->level < 4; index -= span(w->level++)) {
        if (index >= span(w->level))
            continue;
        w->at[0] = EXT2_DIRECT + w->level - 1;
        for (uint32_t i = 1; i <= w->level; i++)
            w->at[i] = index / span(w->level - i) % fs.pointers;
        return 0;
    }
    return ERR_FILE_BIG;
}

/* What is named on this place of an indirect block.  0, or an error. */
static uint32_t
look(uint32_t block, uint32_t at, uint32_t *named)
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
        error = look(*block, w.at[i], block);
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
        error = look(block, w.at[i], &block);
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
    uint32_t named, error = look(*block, at, &named), before = 0, *pointer;

    if (!error && named == 0) {
        if (at > 0 && (error = look(*block, at - 1, &before)))
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

/* --- Shrinking. */

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
        error = look(block, i, &below);
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
    uint32_t each = span(level - 1), part = index % each, first = index / each, error = 0, below, *pointer;

    if (part) {
        error = look(block, first++, &below);
        if (!error && below)
            error = cut_below(node, below, level - 1, part);
    }
    for (uint32_t i = first; i < fs.pointers && !error; i++) {
        error = look(block, i, &below);
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

    if (!*root || index >= span(level))
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
    for (uint32_t level = 1; level < 4 && !error; first += span(level++))
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
        if (look(block, i, &below)) {
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
