/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading from streams with a buffer, and what reading and writing share: see stdio.h.
 */
#include "stdio.h"

#include "abi/pm.h"

struct stream standard_streams[3];

void
stream_use(struct stream *s, uint32_t fd)
{
    memset(s, 0, offsetof(struct stream, message));
    s->fd = fd;
}

uint32_t
stream_fd(const struct stream *s)
{
    return s->fd ? s->fd : FD_IN + (uint32_t)(s - standard_streams);
}

/* False at the end, or when there is an error. */
static bool
fill(struct stream *s)
{
    struct result r;

    if (s->error || s->end)
        return false;
    if (s == stdin)
        flush(stdout);
    r = stream_fetch(stream_fd(s), s->offset, s->message, STREAM_ROOM, 0);
    s->error = r.error;
    s->end = !r.error && r.value == 0;
    s->first = 0;
    s->count = r.error ? 0 : r.value;
    s->offset += s->count;
    return s->count > 0;
}

int
getc(struct stream *s)
{
    if (s->count == 0 && !fill(s))
        return -1;
    s->count--;
    return ((uint8_t *)(s->message + 2))[s->first++];
}

bool
getline(struct stream *s, char *to, uint32_t size)
{
    uint32_t length = 0;
    int c = getc(s);

    if (c < 0)
        return false;
    for (; c >= 0 && c != '\n'; c = getc(s))
        if (length + 1 < size)
            to[length++] = c;
    if (size)
        to[length] = 0;
    return true;
}
