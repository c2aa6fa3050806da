/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In which order changes come to the disk.  Between flushes nothing of the metadata is written (but for bitmaps, when
 * memory is short): the disk has the file system as it was, clean.  A flush writes, and waits for the disk after each step:
 *
 *     1. the superblock: no longer clean
 *     2. what nothing on the disk points to yet: new blocks of directories; and indirect blocks
 *     3. inodes, but for those of removed files
 *     4. directory blocks; then those that an entry has been moved away from
 *     5. the inodes of removed files: cleared
 *     6. what was free'd is free from now on: bitmaps, descriptors of groups
 *     7. the superblock: its counts; clean
 *
 * A power cut before 1 or after 7 leaves a clean file system.  In between:
 * - No block or inode has two owners, as what is free'd since the last flush is handed out again only after step 5, when
 *   nothing on the disk names it any more.  So what e2fsck repairs is never one file at the cost of another.
 * - What was there at the last flush, and has been neither removed nor changed since, has its inode, which 3 writes as it is;
 *   its blocks; and an entry, as 4 only takes those away that were to go, and moved ones are at their new place by then.
 * - Bitmaps and counts may be wrong: e2fsck makes them anew from inodes and directories, and only believes them when the
 *   superblock says so.
 * - New files without an entry yet come to lost+found; a removed one may still be there, whole, or its entry names
 *   an inode that is cleared, and goes.  Neither was flushed.
 *
 * A block is taken to be written as a whole or not at all.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define FREE_INODES 64
#define FREE_TREES  4096 /* roots, of level 0: a block, to 3; a cut leaves CUT_MOST at most */
#define CUT_MOST    (15 + 3 * 1024)

#define LEVEL_ATTRIBUTES 4

void flush_start(void);

/* All that has been done so far is on the disk.  0, or ERR_DISK: it is tried again by the next one. */
uint32_t flush_all(void);

/* Is there anything to be written? */
bool flush_wanted(void);

/*
 * Before a change: 0 if there is room for what it may do to the tables here and the cache; if there is none, a flush makes it.
 * After that nothing but the disk can make the change fail.  ERR_NO_ACCESS: nothing may be written.
 */
uint32_t flush_room(void);

/* Before the first block of metadata is written: the superblock says so. */
uint32_t flush_begin(void);

/* To be free'd by the next flush.  There is room: flush_room(). */
void free_later(uint32_t block, uint32_t level);
void free_inode_later(uint32_t number, bool directory);
bool free_is_pending(uint32_t number); /* an inode: has it been removed? */
