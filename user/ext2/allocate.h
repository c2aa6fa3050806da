/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bitmaps: which blocks and inodes are free.  What has one is in the cache then, and the counts are right.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A block as near behind that one as there is.  ERR_NO_SPACE; ERR_DISK. */
uint32_t block_allocate(uint32_t near, uint32_t *block);
bool block_free(uint32_t block); /* false: it could not be, or was free already; and that is noted */

/* In this group, if there is one; directories where there is most room. */
uint32_t inode_allocate(uint32_t group, bool directory, uint32_t *number);
void inode_free(uint32_t number, bool directory);
