/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a path begins: for files.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "abi/file.h"

/* A directory, or another server's door, and what is left of the path for it. */
struct place {
    uint32_t directory;
    uint32_t found; /* a door that the name at the path's beginning has led to; or 0 */
    const char *rest;
    char path[FILE_PATH_MAX];
};

/* Does a path begin where we are, and stay below? */
bool place_is_here(const char *path);

/* 0, or an error.  Otherwise somebody has to let go of the place. */
uint32_t place_find(struct place *p, const char *path);

/* The same, by the path that is absolute: two places by the same name of a server are with the same one. */
uint32_t place_find_absolute(struct place *p, const char *path);
void place_drop(const struct place *p);

/* Was this error the death of the file server, which has come again?  Then the place is a new one, to be tried once more. */
bool place_again(struct place *p, uint32_t error);
