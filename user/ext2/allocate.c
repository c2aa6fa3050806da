/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Free blocks and inodes: see allocate.h.
 */
#include "allocate.h"

#include "cache.h"
#include "fs.h"

#define NONE UINT32_MAX

static bool
has(const uint8_t *bits, uint32_t i)
{
    return bits[i / 8] >> i % 8 & 1;
}

/* The first bit in [from, to) that is 0, or NONE. */
static uint32_t
clear_bit(const uint8_t *bits, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        if (i % 8 == 0 && bits[i / 8] == 0xff)
            i += 7;
        else if (!has(bits, i))
            return i;
    }
    return NONE;
}

/* From `near` on, then before it. */
static uint32_t
clear_bit_near(const uint8_t *bits, uint32_t near, uint32_t count)
{
    uint32_t found = clear_bit(bits, near, count);

    return found == NONE ? clear_bit(bits, 0, near) : found;
}

/* --- Blocks. */

/* One that is marked as free, and cannot be, is marked as taken, so that it is not found again. */
static uint32_t
take_bit(uint32_t g, uint32_t near, uint32_t *bit)
{
    uint32_t first = fs.super.first_block + g * fs.super.group_blocks, error;
    struct ext2_group *d;
    uint8_t *bits;

    for (;;) {
        if ((error = fs_group(g, &d)) || (error = cache_read(d->block_bitmap, &bits)))
            return error;
        *bit = clear_bit_near(bits, near, fs_group_blocks(g));
        if (*bit == NONE)
            return 0;
        bits[*bit / 8] |= 1 << *bit % 8;
        cache_change(bits, ORDER_NONE);
        error = fs_check_block(first + *bit);
        if (error != ERR_FORMAT)
            return error;
        fs_damaged();
    }
}

static void
count_blocks(struct ext2_group *d, int32_t change)
{
    d->blocks_free += change;
    cache_change(d, ORDER_NONE);
    fs.super.blocks_free += change;
    fs.counts_changed = true;
}

static uint32_t
allocate_in(uint32_t g, uint32_t near, uint32_t *block)
{
    struct ext2_group *d;
    uint32_t bit, error = fs_group(g, &d);

    *block = 0;
    if (error || d->blocks_free == 0)
        return error;
    error = take_bit(g, near, &bit);
    if (!error)
        error = fs_group(g, &d);
    if (error)
        return error;
    if (bit == NONE) {
        fs_damaged();
        return 0;
    }
    count_blocks(d, -1);
    *block = fs.super.first_block + g * fs.super.group_blocks + bit;
    return 0;
}

uint32_t
block_allocate(uint32_t near, uint32_t *block)
{
    uint32_t at = near >= fs.super.blocks || near < fs.super.first_block ? 0 : near - fs.super.first_block;
    uint32_t g = at / fs.super.group_blocks, from = at % fs.super.group_blocks, error = 0;

    *block = 0;
    if (fs.super.blocks_free == 0)
        return ERR_NO_SPACE;
    for (uint32_t i = 0; i < fs.groups && !*block && !error; i++, from = 0)
        error = allocate_in((g + i) % fs.groups, from, block);
    return error || *block ? error : ERR_NO_SPACE;
}

bool
block_free(uint32_t block)
{
    uint32_t at = block - fs.super.first_block, g = at / fs.super.group_blocks, bit = at % fs.super.group_blocks;
    struct ext2_group *d;
    uint8_t *bits;

    cache_forget(block);
    if (fs_check_block(block) || fs_group(g, &d) || cache_read(d->block_bitmap, &bits) || !has(bits, bit)) {
        fs_damaged();
        return false;
    }
    bits[bit / 8] &= ~(1 << bit % 8);
    cache_change(bits, ORDER_NONE);
    count_blocks(d, 1);
    return true;
}

/* --- Inodes. */

static void
count_inodes(struct ext2_group *d, int32_t change, bool directory)
{
    d->inodes_free += change;
    if (directory)
        d->directories -= change;
    cache_change(d, ORDER_NONE);
    fs.super.inodes_free += change;
    fs.counts_changed = true;
}

static uint32_t
take_inode(uint32_t g, bool directory, uint32_t *number)
{
    uint32_t reserved = g == 0 ? fs.first_inode - 1 : 0, bit, error;
    struct ext2_group *d;
    uint8_t *bits;

    *number = 0;
    if ((error = fs_group(g, &d)) || d->inodes_free == 0 || (error = cache_read(d->inode_bitmap, &bits)))
        return error;
    bit = clear_bit(bits, reserved, fs.super.group_inodes);
    if (bit == NONE) {
        fs_damaged();
        return 0;
    }
    bits[bit / 8] |= 1 << bit % 8;
    cache_change(bits, ORDER_NONE);
    count_inodes(d, -1, directory);
    *number = g * fs.super.group_inodes + bit + 1;
    return 0;
}

/* The group with most free blocks, among those that have an inode. */
static uint32_t
emptiest(uint32_t g)
{
    uint32_t best = g, most = 0;
    struct ext2_group *d;

    for (uint32_t i = 0; i < fs.groups; i++)
        if (!fs_group((g + i) % fs.groups, &d) && d->inodes_free && d->blocks_free > most) {
            best = (g + i) % fs.groups;
            most = d->blocks_free;
        }
    return best;
}

uint32_t
inode_allocate(uint32_t g, bool directory, uint32_t *number)
{
    uint32_t error = 0;

    *number = 0;
    if (fs.super.inodes_free == 0)
        return ERR_NO_SPACE;
    if (directory)
        g = emptiest(g);
    for (uint32_t i = 0; i < fs.groups && !*number && !error; i++)
        error = take_inode((g + i) % fs.groups, directory, number);
    return error || *number ? error : ERR_NO_SPACE;
}

void
inode_free(uint32_t number, bool directory)
{
    uint32_t g = (number - 1) / fs.super.group_inodes, bit = (number - 1) % fs.super.group_inodes;
    struct ext2_group *d;
    uint8_t *bits;

    if (fs_group(g, &d) || cache_read(d->inode_bitmap, &bits) || !has(bits, bit)) {
        fs_damaged();
        return;
    }
    bits[bit / 8] &= ~(1 << bit % 8);
    cache_change(bits, ORDER_NONE);
    count_inodes(d, 1, directory);
}
