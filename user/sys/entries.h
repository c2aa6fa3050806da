/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "abi/file.h"

/* What is in a directory, in the order of the alphabet. */
struct entries {
    struct file_entry **entry;
    uint32_t count;
};

/* Into memory of the heap's, which has been started.  Answers with an error, or 0. */
uint32_t entries_read(const char *path, struct entries *e);
