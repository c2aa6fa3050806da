/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the name of a program to its process.
 */
#pragma once

#include "streams.h"

#include "abi/file.h"

#define SHELL_PATH "/bin/sh"

struct started {
    uint32_t child;  /* its capability; 0: nothing was started, something was said, and `status` is why */
    uint32_t status;
    char path[FILE_PATH_MAX]; /* of the program's file */
};

/* Looks for it in the folders of PATH, if there is no slash in its name. */
void program_start(struct pool *pool, char **argv, char **environment, const struct streams *s, struct started *started);
