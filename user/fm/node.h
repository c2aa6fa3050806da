/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files and directories.  Each has one name in one directory, so it and its entry are one thing: a node.
 *
 * Outside of the server a node is known by its cookie, number and generation: a node that is removed is gone at once,
 * its number may be used again, and the generation tells the new one from the old.  No count of who still has it
 * open is kept: the server knows nothing about its clients, and so a client that dies leaves nothing behind,
 * and nobody can hold memory that has no name any more.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/errors.h"
#include "abi/file.h"

#include "store.h"

#define NODES_MAX STORE_FILES

struct node {
    struct node *parent; /* NULL of the root */
    struct node *next;   /* in the same directory; or the next free one */
    struct node *first;  /* of a directory: its oldest entry */
    uint32_t generation;
    uint32_t kind;          /* STREAM_FILE, STREAM_DIRECTORY, or 0: free */
    uint32_t size;          /* bytes; of a directory: entries */
    uint32_t time;          /* of the last change: what seconds() said */
    const uint8_t *archive; /* so many bytes of a file are here, where there is no block: see data.h */
    uint32_t archived;
    char name[FILE_NAME_MAX];
};

/* The root directory is there, and up to `nodes` others can be. */
void node_start(uint32_t nodes);

#define NODE_ROOT 0 /* its cookie */

uint32_t node_cookie(const struct node *node);
struct node *node_of(uint32_t cookie); /* NULL: it is gone */
uint32_t node_number(const struct node *node);
uint32_t node_count(void); /* but for the root */

/* The one that node_take() is going to take, or NULL. */
struct node *node_spare(void);
void node_take(uint32_t kind);
void node_free(struct node *node);

/* It changes now. */
void node_touch(struct node *node);

/* Of who uses these files: since 1970; 0: nobody knows. */
uint32_t seconds(void);

/* --- Directories: directory.c. */
struct node *directory_find(const struct node *directory, const char *name);
void directory_add(struct node *directory, struct node *node, const char *name);
void directory_remove(struct node *node);

/* The entry with that index, in the order of their coming, or NULL. */
struct node *directory_entry(const struct node *directory, uint32_t index);
