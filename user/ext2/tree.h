/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which blocks a file has: the inode names the first twelve, and the roots of three trees of indirect blocks, of level 1, 2
 * and 3.  0 is a hole, of one block or of all below it.  Each number is checked before it is used, and trees are of
 * known height: so a damaged one ends, and leads nowhere but to files' blocks.
 */
#pragma once

#include <stdint.h>

#include "inode.h"

/* The file's block of this index: `*block`, 0 in a hole. */
uint32_t tree_find(const struct node *node, uint32_t index, uint32_t *block);

/* How many from there on, `most` at most, are one behind the other on the disk, or all in holes. */
uint32_t tree_run(const struct node *node, uint32_t index, uint32_t most, uint32_t *block, uint32_t *count);

/* How many blocks would be allocated to have those from `first` to `last`. */
uint32_t tree_missing(const struct node *node, uint32_t first, uint32_t last, uint32_t *count);

/* As tree_find(), but a hole is filled; the node has to be written then.  ERR_FILE_BIG. */
uint32_t tree_add(struct node *node, uint32_t index, uint32_t *block);

/* --- Shrinking: cut.c. */

/* The file's blocks from this one on are free'd by the next flush: see free_later().  The node has to be written. */
uint32_t tree_cut(struct node *node, uint32_t index);

/* All that it has: of a file that is removed.  The node stays as it is. */
void tree_drop(const struct node *node);

/* A tree that nobody has any more; its blocks are free now. */
void tree_free(uint32_t block, uint32_t level);

/* --- For both. */

/* How many blocks a tree of this level has at most. */
uint32_t tree_span(uint32_t level);

/* What is named on this place of an indirect block.  0, or an error. */
uint32_t tree_look(uint32_t block, uint32_t at, uint32_t *named);
