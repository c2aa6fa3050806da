/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be done with files and directories, as user/abi/file.h says it.  Each change first checks everything,
 * then happens, and that cannot fail.
 */
#pragma once

#include "path.h"

/* What is at the path. */
uint32_t files_find(struct node *start, const char *path, struct node **node);

/*
 * FILE_OPEN_WRITE in two steps.  The first finds out what is to be done, and changes nothing; `node` is what
 * will be opened, and has its cookie already.  The second does it.  Nothing may come between.
 */
struct opening {
    struct node *node;
    uint32_t kind;
    bool new, truncate;
    struct place place;
};

uint32_t files_open(struct node *start, const char *path, uint32_t flags, struct opening *opening);
void files_open_now(struct opening *opening);

uint32_t files_remove(struct node *start, const char *path);
uint32_t files_rename(struct node *start, const char *from, const char *to);
