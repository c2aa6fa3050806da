/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files and directories by path (user/abi/file.h).  A relative path begins at FD_HERE; one that leads
 * out of it by ".." needs PWD in the environment, the path of FD_HERE.  An absolute one begins at FD_ROOT, unless it has
 * the name of some other server's door at its beginning.  When that server has died and come again, it is found again.
 *
 * Values are descriptors, which the caller closes with descriptor_close().
 */
#pragma once

#include <stdbool.h>

#include "call.h"

#include "abi/file.h"

#define FILE_WRITE 0x80000000u /* to be written, but not made: see file_open() */

/* From now on relative paths begin there, instead of at FD_HERE and PWD.  The path is not copied. */
void directory_change(uint32_t fd, const char *path);

/* Below an open directory. */
struct result file_open_at(uint32_t directory, const char *path, uint32_t flags);

/* To be read, with flags 0; with FILE_CREATE and so on, or FILE_WRITE, to be written too. */
struct result file_open(const char *path, uint32_t flags);

struct result file_remove(const char *path); /* or an empty directory */

/* Within one file server: ERR_OTHER_FILES.  If one of them is relative, and the other is not, the path of FD_HERE has to be known. */
struct result file_rename(const char *from, const char *to);

/* Are both with one file server, as far as one can tell? */
bool file_together(const char *a, const char *b);

struct result file_stat(const char *path, struct stream_view *view);
struct result file_resize(uint32_t fd, uint32_t size);
// SINCE swap

/* Value: its memory object, to be read, or written too.  `*size`: its bytes, if they are wanted. */
struct result file_object(uint32_t fd, bool write, uint32_t *size);

/*
 * Pages of an open file from `offset` on, a multiple of a page's size; flags as of object_map() (object.h): what is mapped writable
 * and not MAP_PRIVATE needs WRITE.  Value: the address.  Behind the end of the file it faults.
 */
struct result file_map(uint32_t fd, uint32_t offset, uint32_t pages, uint32_t flags);

/* What has been written to it, or to the file system of this directory, is on the disk.  Blocks.  ERR_DISK. */
struct result file_sync(uint32_t fd);

// END swap
struct result directory_make(const char *path);

/* Entry number `index` of an open directory; ERR_NO_FILE behind the last. */
struct result directory_list(uint32_t fd, uint32_t index, struct file_entry *entry);

struct result directory_space(uint32_t fd, struct file_space *space);
