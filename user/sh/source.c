/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where commands come from: see source.h.
 */
#include "source.h"

#include "door.h"
#include "interrupt.h"
#include "shell.h"
#include "sys/error.h"
#include "sys/files.h"
#include "variables.h"

#define COMMAND_MAX 16384 /* bytes, over all its lines */
#define DEPTH_MAX   8     /* of files that run files */

/* The command's first line is in `text`; takes more lines until it is whole. */
static enum parse_result
parse_all(struct source *s, struct pool *pool, struct growing *text, struct parsed *parsed)
{
    uint32_t first = s->line;

    for (;;) {
        enum parse_result result = text->failed ? PARSE_ERROR : parse(pool, growing_text(text), first, parsed);

        if (result != PARSE_MORE)
            return result;
        growing_put(text, '\n');
        if (text->length > COMMAND_MAX || !s->next(s, true, text) || s->dropped)
            return PARSE_MORE;
        pool_free(pool);
    }
}

/* A script goes no further than an error in it. */
static bool
is_wrong(struct source *s, const struct parsed *parsed)
{
    shell.line = s->interactive ? 0 : parsed->line;
    wrong(NULL, parsed->why ? parsed->why : NO_MEMORY);
    parameters.status = STATUS_WRONG;
    return !s->interactive;
}

/* One command; false: it was the last one. */
static bool
run_next(struct source *s, struct growing *text)
{
    struct pool pool = {0};
    struct parsed parsed = {0};
    enum parse_result result;
    bool last = false;

    growing_cut(text, 0);
    s->dropped = false;
    if (!s->next(s, false, text))
        return false;
    if (s->dropped)
        return true;
    shell.line = s->interactive ? 0 : s->line;
    result = parse_all(s, &pool, text, &parsed);
    if (result == PARSE_DONE)
        run_lists(parsed.lists);
    else if (!s->dropped)
        last = is_wrong(s, &parsed);
    pool_free(&pool);
    return !last && !shell.leave && (s->interactive || !interrupted());
}

uint32_t
source_run(struct source *s)
{
    static uint32_t depth;
    struct growing text = {0};
    uint32_t line = shell.line;

    if (depth == DEPTH_MAX) {
        wrong(s->name, "too many files run each other");
        return STATUS_WRONG;
    }
    depth++;
    while (run_next(s, &text))
        ;
    depth--;
    growing_free(&text);
    shell.line = line;
    return parameters.status;
}

uint32_t
source_text(const char *text)
{
    struct pool pool = {0};
    struct parsed parsed;

    if (parse(&pool, text, 1, &parsed) == PARSE_DONE) {
        run_lists(parsed.lists);
    } else {
        wrong(NULL, parsed.why);
        parameters.status = STATUS_WRONG;
    }
    pool_free(&pool);
    return parameters.status;
}

static bool
cannot_read(struct source *s, const char *why)
{
    wrong(s->name, why);
    parameters.status = STATUS_NO_PROGRAM;
    return false;
}

/* What has zeros in it is no text, and who knows what it would do. */
static bool
stream_line(struct source *s, bool more, struct growing *to)
{
    int c = getc(s->stream);
    bool end = c < 0;

    (void)more;
    for (; c > 0 && c != '\n'; c = getc(s->stream))
        if (to->length <= COMMAND_MAX)
            growing_put(to, c);
    if (s->stream->error)
        return cannot_read(s, error_text(s->stream->error));
    if (c == 0)
        return cannot_read(s, "this is no text");
    s->line++;
    return !end;
}

static uint32_t
run_stream(uint32_t fd, const char *name)
{
    struct stream stream;
    struct source s = {.next = stream_line, .stream = &stream, .name = name};

    stream_use(&stream, fd);
    return source_run(&s);
}

uint32_t
source_stream(uint32_t fd)
{
    return run_stream(fd, NULL);
}

uint32_t
source_file(const char *path)
{
    struct result file = file_open(path, 0);
    uint32_t status;

    if (file.error) {
        wrong(path, error_text(file.error));
        return STATUS_NOT_FOUND;
    }
    status = run_stream(file.value, path);
    descriptor_close(file.value);
    return status;
}
