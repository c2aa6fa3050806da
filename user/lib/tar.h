/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading an archive that lies in memory (POSIX.1-2017, pax, "ustar Interchange Format").  Whatever is in it, nothing
 * outside of its bytes is read.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TAR_FILE      '0'
#define TAR_DIRECTORY '5'

#define TAR_NAME_MAX 257 /* bytes, with its zero */

struct tar_member {
    char name[TAR_NAME_MAX];
    char type;
    const void *data; /* its content, in the archive */
    uint32_t size;
};

/* The member at *at, which is 0 at first, and moves *at behind it.  false: there is no more, or what is there is none. */
bool tar_next(const void *archive, uint32_t size, uint32_t *at, struct tar_member *member);

/* The file of this name; false if there is none. */
bool tar_find(const void *archive, uint32_t size, const char *name, struct tar_member *member);
