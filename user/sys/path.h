/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paths as texts.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * The absolute path that `path` means for who is at `here`, without ".", ".." and double slashes: "/", or no
 * slash at its end.  False if it does not fit into `size` bytes.
 */
bool path_join(const char *here, const char *path, char *to, uint32_t size);

/* Where its last name begins, behind which there may be slashes. */
const char *path_last(const char *path);

/* Does a relative path lead out of the directory that it begins in? */
bool path_leaves(const char *path);
