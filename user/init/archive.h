/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of the boot archive, for the time before there is a file server.
 */
#pragma once

#include <stdbool.h>

#include "tar.h"

/* false: the manager does not show it. */
bool archive_open(void);

/* false if there is no such file; the name has no slash before it. */
bool archive_find(const char *name, struct tar_member *file);
