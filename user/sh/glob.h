/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of files that a pattern stands for: * is any letters, ? is one, and a letter behind a backslash is
 * itself.  A dot at the beginning of a name is never meant by either.
 */
#pragma once

#include "parse.h"

#define GLOB_NAME_MAX 32
#define GLOB_PATH_MAX 256

bool glob_match(const char *pattern, const char *name);

/* Has it * or ? that mean something? */
bool glob_is_pattern(const char *pattern);

/* Puts what the pattern stands for at `*end`, in the order of the alphabet.  False if memory is short. */
bool glob(struct pool *pool, const char *pattern, struct word **end);

/* In place: takes the backslashes away. */
void glob_plain(char *pattern);

/*
 * Directories, as glob.c and complete.c see them: names.c.  0: there is none of this path.
 */
uint32_t names_open(const char *path);
bool names_read(uint32_t directory, uint32_t index, char name[GLOB_NAME_MAX], bool *is_directory);
void names_close(uint32_t directory);
