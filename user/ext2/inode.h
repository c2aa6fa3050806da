/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inodes.  Who works with one has a copy of it, and writes that back.
 *
 * Outside of the server a file is known by its cookie: its inode's number, and as many bits of its generation as there is room
 * for.  Each file gets the generation behind that of the one before it, so a file that is gone is not taken for the one that
 * has its inode now, unless that is the 256th or later (far more with few inodes): and each one in between took a flush.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "format.h"

struct node {
    uint32_t number;
    uint32_t kind; /* STREAM_FILE, STREAM_DIRECTORY; 0: something that has no name here */
    struct ext2_inode i;
};

/* 0; ERR_STALE: there is none of this number; ERR_FORMAT, ERR_DISK. */
uint32_t inode_read(uint32_t number, struct node *node);
uint32_t inode_write(const struct node *node);

/* A new one of this kind, not written yet, and with no links.  ERR_NO_SPACE; ERR_DISK: none is taken. */
uint32_t inode_make(uint32_t parent, uint32_t kind, struct node *node);

/* On the disk it is nobody's. */
uint32_t inode_clear(uint32_t number);

/* Its size, as far as one can count here: UINT32_MAX if it is larger. */
uint32_t inode_size(const struct node *node);

/* It changes now. */
void inode_touch(struct node *node);

#define COOKIE_ROOT 0 /* who finds the server by its name has this */
uint32_t inode_cookie(const struct node *node);

/* 0; ERR_STALE: it is gone; or another error. */
uint32_t inode_of(uint32_t cookie, struct node *node);
