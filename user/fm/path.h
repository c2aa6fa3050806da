/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a path leads.  It begins at a directory that somebody has a capability of, and never leaves it: ".." goes
 * to the directory above, but at the beginning stays.  Slashes at its ends, or several in a row, mean nothing more.
 */
#pragma once

#include "node.h"

struct place {
    struct node *node;      /* what is there, or NULL */
    struct node *directory; /* where it has, or could have, the name; NULL if the path does not end with a name */
    char name[FILE_NAME_MAX];
};

/*
 * 0; ERR_NO_FILE, ERR_NO_DIRECTORY: something before the last name is not there, or no directory; ERR_FILE_NAME.
 */
uint32_t path_walk(struct node *start, const char *path, struct place *place);
