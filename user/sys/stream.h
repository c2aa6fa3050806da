/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Streams as they are (user/abi/stream.h), without a buffer: files, windows, pipes.  stdio.h has buffers.
 */
#pragma once

#include "call.h"

#include "abi/stream.h"

/* Who reads or writes where too many wait already (ERR_LIMIT) waits, too, and tries again. */

/* Up to `size` bytes; value: how many came, 0 at the end. */
struct result stream_read(uint32_t fd, uint32_t offset, void *to, uint32_t size, uint32_t flags);

/* The same without a copy: the bytes are at message + 2, of which there are `size` / 4 + 3 words. */
struct result stream_fetch(uint32_t fd, uint32_t offset, uint32_t *message, uint32_t size, uint32_t flags);

/* All of them, in as many messages as it takes; value: how many.  STREAM_END: behind what is there. */
struct result stream_write(uint32_t fd, uint32_t offset, const void *from, uint32_t size);

struct result stream_stat(uint32_t fd, struct stream_view *view);
