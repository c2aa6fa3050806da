/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order of writes: see flush.h.
 */
#include "flush.h"

#include "allocate.h"
#include "cache.h"
#include "fs.h"
#include "inode.h"
#include "tree.h"

#define FEW 64 /* free blocks: what waits to be free is needed now */

static struct {
    uint32_t block;
    uint32_t level;
} tree[FREE_TREES];

static struct {
    uint32_t number;
    bool directory;
} inode[FREE_INODES];

static uint32_t trees, inodes;

void
flush_start(void)
{
    trees = inodes = 0;
}

void
free_later(uint32_t block, uint32_t level)
{
    tree[trees].block = block;
    tree[trees++].level = level;
}

void
free_inode_later(uint32_t number, bool directory)
{
    inode[inodes].number = number;
    inode[inodes++].directory = directory;
}

bool
free_is_pending(uint32_t number)
{
    uint32_t i = 0;

    while (i < inodes && inode[i].number != number)
        i++;
    return i < inodes;
}

bool
flush_wanted(void)
{
    return !fs.read_only && (cache_changed() || trees || inodes || fs.counts_changed || !fs.clean_on_disk);
}

uint32_t
flush_room(void)
{
    bool room = cache_changed() <= CACHE_CHANGED_MOST && inodes < FREE_INODES && trees + CUT_MOST <= FREE_TREES;
    bool enough = fs.super.blocks_free >= FEW && fs.super.inodes_free > 0;

    if (fs.read_only)
        return ERR_NO_ACCESS;
    return room && (enough || !(trees || inodes)) ? 0 : flush_all();
}

static uint32_t
write_super(bool clean)
{
    uint32_t error;

    fs.super.state = clean ? fs.super.state | EXT2_CLEAN : fs.super.state & ~EXT2_CLEAN;
    error = fs.device.write(EXT2_SUPER_AT / SECTOR, sizeof(fs.super) / SECTOR, &fs.super);
    if (!error)
        error = fs.device.flush();
    if (!error)
        fs.clean_on_disk = clean;
    return error;
}

uint32_t
flush_begin(void)
{
    return fs.clean_on_disk ? write_super(false) : 0;
}

static uint32_t
step(enum order order)
{
    bool written = false;
    uint32_t error = cache_write(order, &written);

    return error || !written ? error : fs.device.flush();
}

/* What they had waits among the trees. */
static uint32_t
clear_inodes(void)
{
    uint32_t error = 0;

    for (uint32_t i = 0; i < inodes && !error; i++)
        error = inode_clear(inode[i].number);
    return error ? error : step(ORDER_INODES);
}

/* The disk names nothing of it any more. */
static void
free_all(void)
{
    while (inodes) {
        inodes--;
        inode_free(inode[inodes].number, inode[inodes].directory);
    }
    while (trees) {
        trees--;
        tree_free(tree[trees].block, tree[trees].level);
    }
}

uint32_t
flush_all(void)
{
    uint32_t error;

    if (!flush_wanted())
        return 0;
    error = flush_begin();
    for (enum order order = ORDER_NEW; order < ORDERS && !error; order++)
        error = step(order);
    if (!error)
        error = clear_inodes();
    if (error)
        return error;
    free_all();
    error = step(ORDER_NONE);
    if (error)
        return error;
    fs.super.written = seconds() ? seconds() : fs.super.written;
    error = write_super(true);
    fs.counts_changed = error;
    return error;
}
