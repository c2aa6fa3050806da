/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing to streams with a buffer: see stdio.h.
 */
#include "stdio.h"

static char *
free_room(struct stream *s)
{
    return (char *)(s->message + 2) + s->count;
}

uint32_t
flush(struct stream *s)
{
    uint32_t count = s->count;

    s->count = 0;
    if (count && !s->error)
        s->error = stream_write(stream_fd(s), STREAM_END, s->message + 2, count).error;
    return s->error;
}

/* A window gets its lines at once. */
static bool
by_lines(struct stream *s)
{
    struct stream_view view;

    if (!s->known) {
        s->known = 1;
        s->lines = !stream_stat(stream_fd(s), &view).error && view.kind == STREAM_WINDOW;
    }
    return s->lines;
}

/* The last `size` bytes in the buffer are new: do they have to go out? */
static void
written(struct stream *s, uint32_t size)
{
    bool line = false;

    for (uint32_t i = 1; i <= size && !line; i++)
        line = free_room(s)[-(int)i] == '\n';
    if (s == stderr || (line && by_lines(s)))
        flush(s);
}

void
putbytes(struct stream *s, const void *from, uint32_t size)
{
    while (size) {
        uint32_t room = STREAM_ROOM - s->count, part = size < room ? size : room;

        memcpy(free_room(s), from, part);
        s->count += part;
        from = (const char *)from + part;
        size -= part;
        written(s, part);
        if (s->count == STREAM_ROOM)
            flush(s);
    }
}

void
putc(int c, struct stream *s)
{
    char byte = c;

    putbytes(s, &byte, 1);
}

void
fputs(const char *text, struct stream *s)
{
    putbytes(s, text, strlen(text));
}

void
puts(const char *text)
{
    fputs(text, stdout);
    putc('\n', stdout);
}

/* The text is made where it is sent from; its zero has room behind the buffer. */
void
vfprintf(struct stream *s, const char *format, va_list arguments)
{
    uint32_t length = vsnprintf(free_room(s), STREAM_ROOM - s->count + 1, format, arguments);

    if (length > STREAM_ROOM - s->count && s->count > 0) {
        flush(s);
        length = vsnprintf(free_room(s), STREAM_ROOM + 1, format, arguments);
    }
    if (length > STREAM_ROOM - s->count)
        length = STREAM_ROOM - s->count;
    s->count += length;
    written(s, length);
}

void
fprintf(struct stream *s, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(s, format, arguments);
    va_end(arguments);
}

void
printf(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(stdout, format, arguments);
    va_end(arguments);
}

/* For start.c, which does not need this file if the program does not. */
void
print_end(void)
{
    flush(stdout);
}
