/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes.  Each is a process, /bin/pipe, with two doors.  It ends when nobody has either end any more.
 *
 * What is read was written, in its order; who reads from an empty pipe waits, who writes to a full one, too.  When nobody has
 * the write end any more, and all has been read, reading gives the end; writing when nobody can read is ERR_NO_READER.
 */
#pragma once

#include "call.h"

struct pipe {
    uint32_t read_end, write_end; /* streams; the caller closes them */
    uint32_t process;             /* the capability; to be waited for, or the ended process is kept for wait_any() */
};

/* In the domain of the caller, who needs the right to make doors there, and processes. */
struct result pipe_new(struct pipe *pipe);

/*
 * How they come to the creator: the process gets a descriptor of a door of the creator's at FD_OUT, and sends there
 * { descriptors: the read end, the write end }.
 */
#define PIPE_READY 0x80c5
