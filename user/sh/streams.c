/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the input, output and errors of one command go: see streams.h.
 */
#include "streams.h"

#include "door.h"
#include "expand.h"
#include "shell.h"
#include "sys/error.h"
#include "sys/files.h"

void
streams_set(struct streams *s, uint32_t number, uint32_t fd, bool owned)
{
    if (s->owned[number])
        descriptor_close(s->fd[number]);
    s->fd[number] = fd;
    s->owned[number] = owned;
}

void
streams_close(struct streams *s)
{
    for (uint32_t i = 0; i < STREAMS; i++)
        streams_set(s, i, 0, false);
}

static bool
same(const struct redirect *r, struct streams *s)
{
    struct result copy = {0, 0};

    if (s->fd[r->same])
        copy = descriptor_duplicate(s->fd[r->same], RIGHTS_ALL, 0);
    if (copy.error) {
        wrong(NULL, error_text(copy.error));
        return false;
    }
    streams_set(s, r->number, copy.value, copy.value != 0);
    return true;
}

static bool
to_file(struct pool *pool, const struct redirect *r, struct streams *s)
{
    static const uint32_t flags[] = {
        [REDIRECT_READ] = 0,
        [REDIRECT_WRITE] = FILE_CREATE | FILE_TRUNCATE,
        [REDIRECT_APPEND] = FILE_CREATE,
    };
    const char *name, *why = expand_name(pool, r->word, &name);
    struct result file;

    if (why) {
        wrong(r->word, why);
        return false;
    }
    file = file_open(name, flags[r->kind]);
    if (file.error) {
        wrong(name, error_text(file.error));
        return false;
    }
    streams_set(s, r->number, file.value, true);
    return true;
}

bool
streams_redirect(struct pool *pool, const struct redirect *redirects, struct streams *s)
{
    for (const struct redirect *r = redirects; r; r = r->next)
        if (!(r->kind == REDIRECT_SAME ? same(r, s) : to_file(pool, r, s)))
            return false;
    return true;
}
