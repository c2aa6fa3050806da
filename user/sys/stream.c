/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Streams without a buffer: see stream.h.
 */
#include "stream.h"

#include "abi/errors.h"
#include "request.h"
#include "sleep.h"
#include "text.h"

#define PAGE  4096u
#define PAUSE 20 /* milliseconds until it is tried again where too many wait */

/* Too many wait there already: that passes, and is no reason to lose something. */
static bool
was_crowded(struct result r)
{
    if (r.error == ERR_LIMIT)
        sleep_milliseconds(PAUSE);
    return r.error == ERR_LIMIT;
}

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* The part of this room, which is twice as large as it has to be, that lies in one page, as the kernel's fast path wants it. */
static uint32_t *
in_one_page(uint32_t *room, uint32_t words)
{
    uint32_t left = (PAGE - (uintptr_t)room % PAGE) / sizeof(*room);

    return left < words ? room + left : room;
}

static struct result
fetch_once(uint32_t fd, uint32_t offset, uint32_t *message, uint32_t size, uint32_t flags)
{
    struct outgoing out;
    struct incoming in;
    struct result r;
    uint32_t count;

    size = least(size, STREAM_MAX);
    outgoing_start(&out, message, (size / 4 + 3) * sizeof(*message));
    put_u32(&out, offset);
    put_u32(&out, size);
    put_u32(&out, flags);
    r = ask(STREAM_READ, fd, &out, &in);
    get_rest(&in, &count);
    if ((!incoming_end(&in) || r.value != count || count > size) && !r.error)
        return (struct result){-1, ERR_MESSAGE};
    return r;
}

struct result
stream_fetch(uint32_t fd, uint32_t offset, uint32_t *message, uint32_t size, uint32_t flags)
{
    struct result r;

    do
        r = fetch_once(fd, offset, message, size, flags);
    while (was_crowded(r));
    return r;
}

struct result
stream_read(uint32_t fd, uint32_t offset, void *to, uint32_t size, uint32_t flags)
{
    uint32_t words = least(size, STREAM_MAX) / 4 + 3, room[2 * words], *message = in_one_page(room, words);
    struct result r = stream_fetch(fd, offset, message, size, flags);

    if (!r.error)
        memcpy(to, message + 2, r.value);
    return r;
}

/* One message; value: how many were written. */
static struct result
write_part(uint32_t fd, uint32_t offset, const void *from, uint32_t size)
{
    uint32_t words = size / 4 + 3, room[2 * words], *message = in_one_page(room, words);
    struct outgoing out;
    struct incoming in;
    struct result r;

    outgoing_start(&out, message, words * sizeof(*message));
    put_u32(&out, offset);
    put_bytes(&out, from, size);
    r = ask(STREAM_WRITE, fd, &out, &in);
    if ((!incoming_end(&in) || r.value > size) && !r.error)
        return (struct result){-1, ERR_MESSAGE};
    return r;
}

struct result
stream_write(uint32_t fd, uint32_t offset, const void *from, uint32_t size)
{
    uint32_t done = 0;

    while (done < size) {
        struct result r;

        do
            r = write_part(fd, offset, (const char *)from + done, least(size - done, STREAM_MAX));
        while (was_crowded(r));
        if (r.error || r.value == 0)
            return (struct result){-1, r.error ? r.error : ERR_NO_SPACE};
        done += r.value;
        if (offset != STREAM_END)
            offset += r.value;
    }
    return (struct result){done, 0};
}

struct result
stream_stat(uint32_t fd, struct stream_view *view)
{
    return ask_view(STREAM_STAT, fd, view, sizeof(*view), 0);
}
