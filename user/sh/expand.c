/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From words as they were written to what they stand for: see expand.h.
 *
 * A word is put together as a pattern (glob.h), so that what was quoted has no other meaning. Outside of
 * quotes a value ends words where it has blanks; in quotes it is a part of one.
 */
#include "expander.h"
#include "glob.h"
#include "string.h"
#include "text.h"

void
expander_fail(struct expander *e, const char *why)
{
    if (!e->why)
        e->why = why;
}

void
expander_quoted(struct expander *e, char c)
{
    if (e->split && strchr("*?\\", c))
        growing_put(&e->word, '\\');
    growing_put(&e->word, c);
    e->begun = true;
}

void
expander_plain(struct expander *e, char c)
{
    growing_put(&e->word, c);
    e->begun = true;
}

static void
add_word(struct expander *e, const char *text)
{
    struct word *w = pool_new(e->pool, sizeof(*w));

    if (w)
        w->text = pool_text(e->pool, text, strlen(text));
    if (!w || !w->text) {
        expander_fail(e, NO_MEMORY);
        return;
    }
    *e->end = w;
    e->end = &w->next;
}

/* A pattern that stands for nothing is left as it is. */
void
expander_end(struct expander *e)
{
    struct word **first = e->end;
    char *text = e->word.text;

    if (e->word.failed)
        expander_fail(e, NO_MEMORY);
    if (!e->begun || e->why)
        return;
    if (e->split && text && glob_is_pattern(text) && !glob(e->pool, text, e->end))
        expander_fail(e, NO_MEMORY);
    while (*e->end)
        e->end = &(*e->end)->next;
    if (e->end == first) {
        if (e->split && text)
            glob_plain(text);
        add_word(e, growing_text(&e->word));
    }
    growing_cut(&e->word, 0);
    e->begun = false;
}

/* Behind a backslash: goes to what is behind the letter.  In double quotes only some letters need it. */
static const char *
put_backslash(struct expander *e, const char *at, bool quoted)
{
    if (*at == '\n')
        return at + 1;
    if (!*at || (quoted && !strchr("$`\"\\", *at))) {
        expander_quoted(e, '\\');
        return at;
    }
    expander_quoted(e, *at);
    return at + 1;
}

/* Behind the first quote: goes to what is behind the last. */
static const char *
put_quotes(struct expander *e, const char *at, char quote)
{
    e->begun |= quote == '\'' || strncmp(at, "$@\"", 3) != 0;
    while (*at && *at != quote) {
        char c = *at++;

        if (quote == '"' && c == '$')
            at = expander_dollar(e, at, true);
        else if (quote == '"' && c == '\\')
            at = put_backslash(e, at, true);
        else
            expander_quoted(e, c);
    }
    return *at ? at + 1 : at;
}

/* A word that was parsed has all ends of its quotes. */
static void
put_word(struct expander *e, const char *at)
{
    while (*at && !e->why) {
        char c = *at++;

        if (c == '\'' || c == '"')
            at = put_quotes(e, at, c);
        else if (c == '\\')
            at = put_backslash(e, at, false);
        else if (c == '$')
            at = expander_dollar(e, at, false);
        else
            expander_plain(e, c);
    }
    expander_end(e);
}

const char *
expand_words(struct pool *pool, const struct word *words, struct word **expanded)
{
    struct expander e = {.pool = pool, .split = true, .end = expanded};

    *expanded = NULL;
    for (; words && !e.why; words = words->next)
        put_word(&e, words->text);
    growing_free(&e.word);
    return e.why;
}

const char *
expand_text(struct pool *pool, const char *text, const char **expanded)
{
    struct word *word = NULL;
    struct expander e = {.pool = pool, .end = &word, .begun = true};

    put_word(&e, text);
    growing_free(&e.word);
    *expanded = word ? word->text : "";
    return e.why;
}

const char *
expand_name(struct pool *pool, const char *text, const char **expanded)
{
    struct word word = {.text = text}, *words;
    const char *why = expand_words(pool, &word, &words);

    *expanded = words ? words->text : "";
    return why ? why : words && !words->next ? NULL : "a name behind < or > is not one word";
}
