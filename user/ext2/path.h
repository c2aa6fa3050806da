/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a path leads.  It begins at a directory that somebody has a capability of, and never leaves it: ".." goes
 * to the directory before it on the way, whatever the disk says, and at the beginning stays.  Slashes at its ends, or several
 * in a row, mean nothing more.
 */
#pragma once

#include "directory.h"

#define PATH_NAMES (FILE_PATH_MAX / 2)

struct place {
    struct node node;      /* what is there; number 0: nothing, or not what has a name here */
    struct node directory; /* where it has, or could have, the name; number 0 if the path does not end with a name */
    struct spot spot;      /* of the entry, if there is something */
    char name[FILE_NAME_MAX];
    uint32_t above[PATH_NAMES + 1], depth; /* the directories on the way, from the start to `directory` */
};

/*
 * 0; ERR_NO_FILE, ERR_NO_DIRECTORY: something before the last name is not there, or no directory; ERR_FILE_NAME;
 * ERR_FORMAT: something that has no name here is there; ERR_DISK.
 */
uint32_t path_walk(const struct node *start, const char *path, struct place *place);

/* Can a file have it?  Nothing that would be a terminal's business. */
bool path_is_name(const char *name, uint32_t length);
