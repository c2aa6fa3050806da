/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files and directories.  A directory is a capability; paths in its messages are relative to it, and no
 * path leaves it: ".." at its top means itself.  Who has READ gets what can be read; who has WRITE
 * gets what can be written too, and all that is below it to do with as he likes; names go with DELETE.
 *
 * A path is names with slashes between them; a name is at most FILE_NAME_MAX bytes with its zero.
 * ERR_NO_FILE, ERR_NO_DIRECTORY, ERR_FILE_NAME; ERR_STALE when the directory itself is gone.
 */
#pragma once

#include "stream.h"

#define FILE_NAME_MAX 32
#define FILE_PATH_MAX 256 /* bytes, the zero included */

/* { text path } -> value: STREAM_FILE or STREAM_DIRECTORY; descriptor: of it, with READ.  "" is the directory itself. */
#define FILE_OPEN 0x801c

/*
 * { uint32_t flags; text path } -> as FILE_OPEN, with READ, WRITE and DELETE.  ERR_FILE_EXISTS, ERR_DIRECTORY,
 * ERR_NO_SPACE.
 */
#define FILE_OPEN_WRITE 0x8025
#define FILE_CREATE     1 /* a file, if there is nothing */
#define FILE_NEW        2 /* and it is an error if there is something */
#define FILE_TRUNCATE   4 /* what is in it goes */
#define FILE_MAKE       8 /* with FILE_CREATE: a directory */

/* { text path }: a file, or an empty directory, goes.  ERR_NOT_EMPTY. */
#define FILE_REMOVE 0x8029

/* { text from, to }: within this directory; what is at `to`, if it is a file, goes.  ERR_INTO_ITSELF. */
#define FILE_RENAME 0x8035

/* { uint32_t index } -> struct file_entry; ERR_NO_FILE behind the last. */
#define FILE_LIST 0x803c

struct file_entry {
    struct stream_view view;
    char name[FILE_NAME_MAX];
};

/* On a file: { uint32_t size }: zeros come to it, or its end goes. */
#define FILE_RESIZE 0x8045

// SINCE swap
/* On a file: -> value: bytes; descriptor: its memory object, with READ; and with WRITE, too.  It is coherent with reads and writes. */
#define FILE_MAP       0x8054
#define FILE_MAP_WRITE 0x805d

/* What has been written to this file, or to all of the file system of this directory, is on the disk.  ERR_DISK. */
#define FILE_SYNC 0x8060
// END swap

/* -> struct file_space; on any directory. */
#define FILE_SPACE 0x804c

struct file_space {
    uint32_t value, error; /* 0 */
    uint32_t bytes, bytes_free, files;
};
