/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be done with files and directories, as user/abi/file.h says it.  Each change first checks everything, and makes
 * room for what it does (flush.h); then it happens.
 */
#pragma once

#include "path.h"

#define FILE_SIZE_MAX 0x7fffffffu

/* What is at the path. */
uint32_t files_find(const struct node *start, const char *path, struct node *node);

/*
 * FILE_OPEN_WRITE in two steps.  The first finds out what is to be done; a file that has to be made is only an inode then,
 * which nobody has written.  The second does it, or with `not`, forgets about it.  Nothing may come between.
 */
struct opening {
    struct node node;
    bool new;
    struct place place;
    struct spot room;
};

uint32_t files_open(const struct node *start, const char *path, uint32_t flags, struct opening *opening);
uint32_t files_open_now(struct opening *opening);
void files_open_not(struct opening *opening);

/* `gone`: the file that is no more, number 0 if it has another name still. */
uint32_t files_remove(const struct node *start, const char *path, struct node *gone);
uint32_t files_rename(const struct node *start, const char *from, const char *to, struct node *gone);
