/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in a file.  A place in it that has a block is there.  Where there is none, but the boot archive has
 * something, it is in the archive, which is never copied before it is written, block by block.
 * Elsewhere it is zeros.
 *
 * The bytes of a block behind the end of its file are zeros, and `archived` is never behind the end: so
 * a file can grow without further ado.
 */
#pragma once

#include "node.h"

#define FILE_SIZE_MAX 0x7fffffffu

/* The bytes of a file from an offset on, where they lie; `size` becomes how many of those wanted lie there. */
const void *data_at(const struct node *file, uint32_t offset, uint32_t *size);

/* All or nothing.  0; ERR_FILE_BIG, ERR_NO_SPACE. */
uint32_t data_write(struct node *file, uint32_t offset, const void *from, uint32_t size);

/* 0, or ERR_FILE_BIG. */
uint32_t data_resize(struct node *file, uint32_t size);

/* An empty file has this content, which stays where it is. */
void data_set(struct node *file, const void *archive, uint32_t size);
