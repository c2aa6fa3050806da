/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files in the page cache of the process manager.  Each file that is read, written or mapped has a memory object, as long
 * as there is room in a table; a page that is in the cache is never taken from the disk again, so that all see the
 * same bytes.  A page gets its blocks before it gets the bytes, but for pages that are written through mappings: those get
 * them when they are cleaned.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "inode.h"

/* `door`: the owner's descriptor; messages PAGER_... come there, with the files' cookies. */
uint32_t pages_start(uint32_t door, uint32_t window);

/* The bytes of a file from an offset on, where they lie; `size` becomes how many of those wanted lie there. */
uint32_t pages_at(const struct node *file, uint32_t offset, uint32_t *size, const void **bytes);

/* All or nothing.  0; ERR_FILE_BIG, ERR_NO_SPACE; ... */
uint32_t pages_write(struct node *file, uint32_t offset, const void *from, uint32_t size);
uint32_t pages_resize(struct node *file, uint32_t size);

/* The file is gone. */
void pages_drop(const struct node *file);

/* Value: a descriptor of its object, which stays the table's. */
uint32_t pages_object(const struct node *file, uint32_t *object);

/* What the manager asks for. */
uint32_t pages_fill(const struct node *file, uint32_t index, uint32_t count);
uint32_t pages_clean(struct node *file, uint32_t count);

/* What is dirty of this file, or with NULL of all, and all metadata, is on the disk. */
uint32_t pages_sync(struct node *file);

/* Has anything been changed since all was on the disk? */
bool pages_changed(void);
