/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in a file.  A place in it that has a block is there.  Where there is none, but the boot archive has
 * something, it is in the archive, which is never copied before it is written, block by block.
 * Elsewhere it is zeros.
 *
 * A file that somebody has mapped has all of its blocks, from the beginning to the end: so nothing that is touched there
 * takes memory, and when that is short it is who maps, writes or resizes that hears of it.
 *
 * The bytes of a block behind the end of its file are zeros, or what has been written there where it is mapped; they are
 * cleared before they become part of the file.  `archived` is never behind the end.
 */
#pragma once

#include "call.h"
#include "node.h"

#define FILE_SIZE_MAX 0x7fffffffu

/* The bytes of a file from an offset on, where they lie; `size` becomes how many of those wanted lie there.  NULL: no memory. */
const void *data_at(const struct node *file, uint32_t offset, uint32_t *size);

/* All or nothing.  0; ERR_FILE_BIG, ERR_NO_SPACE. */
uint32_t data_write(struct node *file, uint32_t offset, const void *from, uint32_t size);

/* 0; ERR_FILE_BIG; ERR_NO_SPACE, of a file that is mapped.  Size 0 cannot fail. */
uint32_t data_resize(struct node *file, uint32_t size);

/* Value: the memory object, which the caller has to copy.  ERR_NO_SPACE. */
struct result data_map(struct node *file);

/* An empty file has this content, which stays where it is. */
void data_set(struct node *file, const void *archive, uint32_t size);
