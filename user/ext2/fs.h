/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A mounted file system: what is known of it at all times.  There is one.
 *
 * No number that comes from the disk is used before it has been checked: those of the superblock and of the groups
 * when it is mounted, all others when they are read.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "abi/errors.h"

#include "device.h"
#include "format.h"

#define BLOCK_MAX 4096u

struct fs {
    struct device device;
    struct ext2_super super;
    uint32_t block, sectors;   /* bytes of a block, and its sectors */
    uint32_t pointers;         /* in an indirect block */
    uint32_t groups, group_at; /* and the block where their descriptors begin */
    uint32_t inode_size, first_inode;
    uint32_t number_bits;      /* of a cookie: what an inode's number needs */
    bool read_only;
    const char *note;          /* why, if it is */
    bool clean_on_disk;        /* the state that the disk's superblock has */
    bool counts_changed;       /* `super` has others than the disk's */
};

extern struct fs fs;

/* NULL, or why it is not mounted.  Nothing is written. */
const char *fs_mount(const struct device *device);

/* The group's descriptor, in the cache: see cache.h. */
uint32_t fs_group(uint32_t group, struct ext2_group **descriptor);
uint32_t fs_group_blocks(uint32_t group);
bool fs_group_has_super(uint32_t group);

/* 0; ERR_FORMAT: no file's block can have this number; ERR_DISK. */
uint32_t fs_check_block(uint32_t block);

/* Something on the disk is not as it should be, and has been left as it is. */
void fs_damaged(void);

/* Since 1970; 0: nobody knows. */
uint32_t seconds(void);
