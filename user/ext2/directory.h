/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in directories.  Other systems' names that are none here (path.h), and what is neither file nor directory, stay where
 * they are, but are not shown.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "abi/file.h"
#include "inode.h"

/* A place in a directory. */
struct spot {
    uint32_t block;  /* on the disk; 0: none */
    uint32_t offset; /* in it */
};

/* 0 if the name is there: `*number`.  ERR_NO_FILE; ERR_FORMAT, ERR_DISK. */
uint32_t directory_find(const struct node *directory, const char *name, uint32_t *number, struct spot *spot);

/* Where a new entry has room; a new block if `block` is 0.  ERR_NO_SPACE: none, and none for a block. */
uint32_t directory_room(const struct node *directory, const char *name, struct spot *spot);

/* In that room.  The directory may become larger, and has to be written; `moved`: the file was elsewhere. */
uint32_t directory_add(struct node *directory, struct spot *spot, const char *name, const struct node *node, bool moved);

/* Another file, which is moved, has the name from now on. */
uint32_t directory_set(const struct spot *spot, const struct node *node);
uint32_t directory_remove(const struct spot *spot, bool moved);

/* The first block of a new directory; it has to be written. */
uint32_t directory_make(struct node *directory, uint32_t parent);

/* ".." of a directory: does its first block begin as it should?  And: it is another one from now on. */
uint32_t directory_check(const struct node *directory);
uint32_t directory_move(const struct node *directory, uint32_t parent);

/* With that index, among those that are shown.  ERR_NO_FILE behind the last. */
uint32_t directory_entry(const struct node *directory, uint32_t index, char name[FILE_NAME_MAX], struct node *node);

/* How many are shown; and whether there are none, shown or not. */
uint32_t directory_count(const struct node *directory, uint32_t *count);
uint32_t directory_empty(const struct node *directory, bool *empty);
