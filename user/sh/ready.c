/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A command that is about to run: see ready.h.
 */
#include "ready.h"

#include "expand.h"
#include "shell.h"

static char **
to_array(struct pool *pool, const struct word *words)
{
    size_t count = 0;
    char **array;

    for (const struct word *w = words; w; w = w->next)
        count++;
    array = pool_new(pool, (count + 1) * sizeof(*array));
    for (char **at = array; at && words; words = words->next)
        *at++ = (char *)words->text;
    return array;
}

/* NAME=VALUE, of which the name needs nothing, and the value becomes one text. */
static const char *
expand_assignments(struct pool *pool, const struct word *from, struct word **to)
{
    const char *why = NULL;

    for (; from && !why; from = from->next) {
        struct word *w = pool_new(pool, sizeof(*w));

        if (!w)
            return NO_MEMORY;
        why = expand_text(pool, from->text, &w->text);
        *to = w;
        to = &w->next;
    }
    return why;
}

bool
ready_get(struct pool *pool, const struct command *c, struct ready *r)
{
    struct word *words = NULL;
    const char *why = expand_words(pool, c->words, &words);

    if (!why)
        why = expand_assignments(pool, c->assignments, &r->assignments);
    r->argv = why ? NULL : to_array(pool, words);
    if (!why && !r->argv)
        why = NO_MEMORY;
    if (why)
        wrong(c->words ? c->words->text : NULL, why);
    return !why && streams_redirect(pool, c->redirects, &r->streams);
}
