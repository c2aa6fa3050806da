/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in files: from the disk to memory and back, by pages.
 */
#pragma once

#include "inode.h"

#define PAGE 4096u

/* The pages from this one on, one behind the other at `to`; behind the end of the file there are zeros. */
uint32_t data_read(const struct node *file, uint32_t page, uint32_t pages, void *to);

/*
 * The pages, as far as the file goes.  What is in no block yet gets one if there is something else than zeros.
 * ERR_NO_SPACE.  The node may change, and is written then.
 */
uint32_t data_write(struct node *file, uint32_t page, uint32_t pages, const void *from);

/* There are blocks for these bytes, or nothing changes: ERR_NO_SPACE, ERR_FILE_BIG.  The node has to be written. */
uint32_t data_reserve(struct node *file, uint32_t offset, uint32_t size);

/* Blocks behind the new end are free'd.  The node has to be written. */
uint32_t data_resize(struct node *file, uint32_t size);
