/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Streams: what files, windows and pipes answer alike, so that a program need not know which its
 * input and output are.  A capability that allows reading has the right READ, one for writing WRITE.
 *
 * Servers keep nothing about those who use them (but for pipes, whose ends are doors): where a program is in a file,
 * it knows itself (user/sys/stdio.h).  So a server may be started anew, and a client may end, without a trace.
 */
#pragma once

#include "abi/door.h"

/*
 * { uint32_t offset, size, flags } -> value: how many bytes, and them.  0 at the end.  At most STREAM_MAX, and what the
 * reply has room for.  Windows and pipes have no offset.  A window waits for a line, a pipe for something.  ERR_LIMIT:
 * too many wait there already; it may be asked again.
 */
#define STREAM_READ 0x8004
#define STREAM_RAW  1 /* flag: a window gives each key at once, and does not show it */

/* { uint32_t offset; bytes } -> value: how many were written.  ERR_LIMIT as above. */
#define STREAM_WRITE 0x800d
#define STREAM_END   0xffffffffu /* offset: behind what is there already */
#define STREAM_MAX   4000        /* bytes in one message */

/* -> struct stream_view. */
#define STREAM_STAT 0x8010

#define STREAM_FILE      1
#define STREAM_DIRECTORY 2
#define STREAM_WINDOW    3
#define STREAM_PIPE      4

struct stream_view {
    uint32_t value, error; /* 0 */
    uint32_t kind;         /* STREAM_... */
    uint32_t size;         /* bytes; of a directory: entries; of a window: columns << 16 | rows */
    uint32_t id;           /* the same for the same file, window, pipe of one server */
    uint32_t time;         /* of the last change, seconds since 1970, or 0 */
};
