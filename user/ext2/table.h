/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which files have memory objects, of a table of bounded size: who has none gets one, if need be that of the file that has not been
 * used for the longest time.  What is dirty of it is written before it goes.
 */
#pragma once

#include "inode.h"

/* A file's object. */
struct file {
    uint32_t cookie;     /* 0: free */
    uint32_t object;     /* descriptor; and its number */
    uint32_t number;
    uint32_t pages;
    uint32_t next;       /* index of the page behind the one read last */
    uint32_t used;       /* when: table.c */
};

#define TABLE_ALL UINT32_MAX

/* `door`: where messages of the manager about the files come. */
void table_start(uint32_t door);

/* The file's, made if it has none, and as large as the file.  0; ERR_FILE_BIG; ERR_LIMIT: all are in use. */
uint32_t table_file(const struct node *node, struct file **found);

/* The one that it has, or NULL. */
struct file *table_find(uint32_t cookie);

/* Has so many pages from now on: those behind are gone. */
uint32_t table_resize(struct file *f, uint32_t pages);

/* It goes, and all that is in it. */
void table_forget(struct file *f);

/* Dirty pages of it, so many at most, are written.  0, or the first error.  Blocks. */
uint32_t table_clean(const struct file *f, struct node *node, uint32_t most);

/* All of all files. */
uint32_t table_clean_all(void);

/* How many pages so many bytes have. */
uint32_t table_pages(uint32_t size);
