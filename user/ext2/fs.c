/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mounting: all that is believed later is checked here.
 */
#include "fs.h"

#include <stddef.h>

#include "cache.h"
#include "flush.h"

#define SECTORS_OF(bytes) ((bytes) / SECTOR)
#define CELLS(all, each)  (((all) + (each) - 1) / (each))
#define NUMBER_BITS_MOST  24 /* the others of a cookie are for generations */

struct fs fs;

void
fs_damaged(void)
{
    fs.super.state |= EXT2_ERRORS;
    fs.counts_changed = true;
}

static bool
is_power_of(uint32_t number, uint32_t base)
{
    while (number > 1 && number % base == 0)
        number /= base;
    return number == 1;
}

bool
fs_group_has_super(uint32_t g)
{
    if (!(fs.super.read_only_compatible & EXT2_SPARSE_SUPER) || g < 2)
        return true;
    return is_power_of(g, 3) || is_power_of(g, 5) || is_power_of(g, 7);
}

uint32_t
fs_group_blocks(uint32_t g)
{
    uint32_t left = fs.super.blocks - fs.super.first_block - g * fs.super.group_blocks;

    return left < fs.super.group_blocks ? left : fs.super.group_blocks;
}

uint32_t
fs_group(uint32_t g, struct ext2_group **descriptor)
{
    uint32_t each = fs.block / sizeof(struct ext2_group), error;
    struct ext2_group *first;

    error = cache_read(fs.group_at + g / each, &first);
    if (!error)
        *descriptor = first + g % each;
    return error;
}

static uint32_t
table_blocks(void)
{
    return CELLS(fs.super.group_inodes * fs.inode_size, fs.block);
}

/* At a group's beginning: superblock, descriptors and room for more of them. */
static uint32_t
head_blocks(uint32_t g)
{
    uint32_t reserved = fs.super.compatible & EXT2_RESIZE_INODE ? fs.super.reserved_groups : 0;

    return fs_group_has_super(g) ? 1 + CELLS(fs.groups * sizeof(struct ext2_group), fs.block) + reserved : 0;
}

/* Is it the group's own, by its descriptor?  `block`: in that group. */
static bool
is_in(const struct ext2_group *d, uint32_t block)
{
    return block == d->block_bitmap || block == d->inode_bitmap || block - d->inode_table < table_blocks();
}

uint32_t
fs_check_block(uint32_t block)
{
    uint32_t at = block - fs.super.first_block, g = at / fs.super.group_blocks, error;
    struct ext2_group *d;

    if (block < fs.super.first_block || block >= fs.super.blocks || at % fs.super.group_blocks < head_blocks(g))
        return ERR_FORMAT;
    error = fs_group(g, &d);
    return error ? error : is_in(d, block) ? ERR_FORMAT : 0;
}

/* --- The superblock: NULL, or what is wrong. */

static const char *
check_revision(const struct ext2_super *s)
{
    if (s->magic != EXT2_MAGIC)
        return "no ext2 file system";
    if (s->revision > 1)
        return "an unknown revision";
    if (s->revision == 1 && s->incompatible & ~EXT2_FILE_TYPE)
        return "features that are not known";
    return s->block_shift <= 2 ? NULL : "blocks of more than 4 KiB";
}

static const char *
check_sizes(const struct ext2_super *s)
{
    uint32_t bits = 8 * fs.block;

    if (s->first_block != (fs.block == 1024) || s->blocks <= s->first_block || s->blocks > fs.device.sectors / fs.sectors)
        return "more blocks than the disk has";
    if (s->group_blocks < 8 || s->group_blocks > bits || s->group_blocks % 8 || s->group_inodes < 8 || s->group_inodes > bits
        || s->group_inodes % 8)
        return "groups of a strange size";
    if (fs.inode_size < EXT2_INODE_128 || fs.inode_size > fs.block || fs.inode_size & (fs.inode_size - 1))
        return "inodes of a strange size";
    return NULL;
}

static const char *
check_counts(const struct ext2_super *s)
{
    if (fs.groups > UINT32_MAX / s->group_inodes || s->inodes != fs.groups * s->group_inodes)
        return "another number of inodes than its groups have";
    if (s->blocks_free > s->blocks || s->inodes_free > s->inodes || s->reserved_groups > fs.block / 4)
        return "counts that cannot be";
    return fs.first_inode <= EXT2_ROOT || fs.first_inode > s->group_inodes ? "a strange first inode" : NULL;
}

static const char *
read_super(void)
{
    struct ext2_super *s = &fs.super;
    const char *error;

    if (fs.device.sectors < SECTORS_OF(2 * EXT2_SUPER_AT))
        return "too small";
    if (fs.device.read(SECTORS_OF(EXT2_SUPER_AT), SECTORS_OF(sizeof(*s)), s))
        return "the disk cannot be read";
    if ((error = check_revision(s)))
        return error;
    fs.block = 1024 << s->block_shift;
    fs.sectors = SECTORS_OF(fs.block);
    fs.pointers = fs.block / sizeof(uint32_t);
    fs.inode_size = s->revision ? s->inode_size : EXT2_INODE_128;
    fs.first_inode = s->revision ? s->first_inode : EXT2_FIRST_INODE;
    if (!s->revision)
        s->compatible = s->incompatible = s->read_only_compatible = s->reserved_groups = 0;
    if ((error = check_sizes(s)))
        return error;
    fs.groups = CELLS(s->blocks - s->first_block, s->group_blocks);
    fs.group_at = s->first_block + 1;
    return check_counts(s);
}

/* --- The groups. */

/* Everything of a group is in it, and apart. */
static bool
is_group(uint32_t g, const struct ext2_group *d)
{
    uint32_t first = fs.super.first_block + g * fs.super.group_blocks, from = first + head_blocks(g), size = fs_group_blocks(g);

    if (d->inode_table < from || d->inode_table - first > size || table_blocks() > size - (d->inode_table - first))
        return false;
    if (d->block_bitmap < from || d->block_bitmap - first >= size || d->inode_bitmap < from || d->inode_bitmap - first >= size)
        return false;
    return d->block_bitmap != d->inode_bitmap && d->block_bitmap - d->inode_table >= table_blocks()
        && d->inode_bitmap - d->inode_table >= table_blocks() && d->blocks_free <= size && d->inodes_free <= fs.super.group_inodes;
}

static const char *
check_groups(void)
{
    uint32_t blocks = 0, inodes = 0;
    struct ext2_group *d;

    for (uint32_t g = 0; g < fs.groups; g++) {
        if (fs_group(g, &d))
            return "the disk cannot be read";
        if (!is_group(g, d))
            return "a damaged group descriptor";
        blocks += d->blocks_free;
        inodes += d->inodes_free;
    }
    if (fs.super.state & EXT2_CLEAN && (blocks != fs.super.blocks_free || inodes != fs.super.inodes_free))
        return "free blocks or inodes that do not add up";
    return NULL;
}

/* NULL, or why nothing may be written. */
static const char *
reason_to_read_only(void)
{
    if (fs.super.read_only_compatible & ~(EXT2_SPARSE_SUPER | EXT2_LARGE_FILE))
        return "it has features that are not known";
    if (!(fs.super.state & EXT2_CLEAN))
        return "it was not unmounted, and wants e2fsck";
    return fs.super.state & EXT2_ERRORS ? "it has errors, and wants e2fsck" : NULL;
}

const char *
fs_mount(const struct device *device)
{
    const char *error;

    fs = (struct fs){.device = *device};
    cache_start();
    flush_start();
    error = read_super();
    if (!error)
        error = check_groups();
    if (error)
        return error;
    while (fs.super.inodes >> fs.number_bits)
        fs.number_bits++;
    if (fs.number_bits > NUMBER_BITS_MOST)
        return "too many inodes";
    fs.note = reason_to_read_only();
    fs.read_only = fs.note;
    fs.clean_on_disk = fs.super.state & EXT2_CLEAN;
    return NULL;
}
