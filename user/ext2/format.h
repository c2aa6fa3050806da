/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2 on the disk.  Numbers are little-endian, as this machine's are.  (David Poirier, "The Second Extended File System:
 * Internal Layout".)
 */
#pragma once

#include <stdint.h>

#define EXT2_SUPER_AT 1024u /* bytes from the beginning of the disk */
#define EXT2_MAGIC    0xef53u
#define EXT2_ROOT     2u /* its inode */
#define EXT2_INODE_128 128u /* bytes of an inode in revision 0, and of the part that all revisions have */
#define EXT2_FIRST_INODE 11u /* in revision 0: those before it are reserved */

#define EXT2_CLEAN  1 /* state: it was unmounted, or has been flushed */
#define EXT2_ERRORS 2 /* something was found to be wrong */

/* Features.  Those that one does not know do no harm, or forbid writing, or forbid all. */
#define EXT2_RESIZE_INODE 0x10u /* compatible: blocks for more group descriptors are reserved */
#define EXT2_SPARSE_SUPER 1u    /* read-only compatible: few groups have a copy of the superblock */
#define EXT2_LARGE_FILE   2u    /* read-only compatible */
#define EXT2_FILE_TYPE    2u    /* incompatible: directory entries have a kind */

struct ext2_super {
    uint32_t inodes, blocks, blocks_reserved, blocks_free, inodes_free;
    uint32_t first_block; /* 1 with blocks of 1 KiB, else 0 */
    uint32_t block_shift, fragment_shift;
    uint32_t group_blocks, group_fragments, group_inodes;
    uint32_t mounted, written;
    uint16_t mounts, mounts_max, magic, state, on_error, revision_minor;
    uint32_t checked, check_interval, creator, revision;
    uint16_t reserved_uid, reserved_gid;
    uint32_t first_inode; /* from here on: revision 1 */
    uint16_t inode_size, group;
    uint32_t compatible, incompatible, read_only_compatible;
    uint8_t id[16], name[16], last_mounted[64];
    uint32_t compression;
    uint8_t preallocated, preallocated_directory;
    uint16_t reserved_groups; /* blocks behind the group descriptors */
    uint8_t rest[816];
};

struct ext2_group {
    uint32_t block_bitmap, inode_bitmap, inode_table;
    uint16_t blocks_free, inodes_free, directories, flags;
    uint32_t reserved[3];
};

#define EXT2_KIND      0xf000u
#define EXT2_FILE      0x8000u
#define EXT2_DIRECTORY 0x4000u

#define EXT2_DIRECT 12u /* blocks that the inode itself names; behind them are the roots of three trees */
#define EXT2_ROOTS  15u

#define EXT2_INDEXED 0x1000u /* flag of a directory: besides, it is a tree, until somebody changes it who knows no trees */
#define EXT2_FOREIGN 0x100c0804u /* flags: compressed, encrypted, extents, inline: `block` means something else */

struct ext2_inode {
    uint16_t mode, uid;
    uint32_t size, accessed, changed, modified, deleted;
    uint16_t gid, links;
    uint32_t sectors, flags, system;
    uint32_t block[EXT2_ROOTS];
    uint32_t generation, attributes, size_high, fragment;
    uint8_t rest[12];
};

/* Entries fill a block; what is behind the name is room. */
struct ext2_entry {
    uint32_t inode; /* 0: there is none */
    uint16_t size;
    uint8_t length, kind; /* of the name; with EXT2_FILE_TYPE */
    char name[];
};
#define EXT2_ENTRY_MIN      8u
#define EXT2_KIND_FILE      1
#define EXT2_KIND_DIRECTORY 2

/* A block of extended attributes, which several files may share. */
struct ext2_attributes {
    uint32_t magic, references;
};
#define EXT2_ATTRIBUTES 0xea020000u

_Static_assert(sizeof(struct ext2_super) == 1024 && sizeof(struct ext2_group) == 32, "as on the disk");
_Static_assert(sizeof(struct ext2_inode) == EXT2_INODE_128 && sizeof(struct ext2_entry) == EXT2_ENTRY_MIN, "as on the disk");
