/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From words as they were written to what they stand for: see expand.h.
 *
 * A word is put together as a pattern (glob.h), so that what was quoted has no other meaning. Outside of
 * quotes a value ends words where it has blanks; in quotes it is a part of one.
 */
#include "expand.h"

#include "glob.h"
#include "string.h"
#include "text.h"
#include "variables.h"

struct expander {
    struct pool *pool;
    struct growing word;
    bool begun; /* there is a word, even if it has no letters yet */
    bool split; /* else all becomes one text, which is no pattern */
    struct word **end;
    const char *why;
};

static void
fail(struct expander *e, const char *why)
{
    if (!e->why)
        e->why = why;
}

static void
put_quoted(struct expander *e, char c)
{
    if (e->split && strchr("*?\\", c))
        growing_put(&e->word, '\\');
    growing_put(&e->word, c);
    e->begun = true;
}

static void
put_plain(struct expander *e, char c)
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
        fail(e, NO_MEMORY);
        return;
    }
    *e->end = w;
    e->end = &w->next;
}

/* A pattern that stands for nothing is left as it is. */
static void
end_word(struct expander *e)
{
    struct word **first = e->end;
    char *text = e->word.text;

    if (e->word.failed)
        fail(e, NO_MEMORY);
    if (!e->begun || e->why)
        return;
    if (e->split && text && glob_is_pattern(text) && !glob(e->pool, text, e->end))
        fail(e, NO_MEMORY);
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

static void
put_value(struct expander *e, const char *value, bool quoted)
{
    for (; value && *value; value++) {
        if (quoted || !e->split || *value == '\\')
            put_quoted(e, *value);
        else if (strchr(" \t\n", *value))
            end_word(e);
        else
            put_plain(e, *value);
    }
}

/* $@ and $*: each is a word of its own, but for "$*". */
static void
put_all(struct expander *e, bool quoted, bool apart)
{
    for (uint32_t i = 0; i < parameters.count; i++) {
        if (i > 0 && apart && e->split)
            end_word(e);
        else if (i > 0)
            put_quoted(e, ' ');
        e->begun |= quoted;
        put_value(e, parameters.values[i], quoted);
    }
}

static void
put_number(struct expander *e, uint32_t number)
{
    char digits[12];

    snprintf(digits, sizeof(digits), "%u", number);
    put_value(e, digits, true);
}

static void
put_parameter(struct expander *e, uint32_t number, bool quoted)
{
    if (number == 0)
        put_value(e, parameters.name, quoted);
    else if (number <= parameters.count)
        put_value(e, parameters.values[number - 1], quoted);
}

/* What is no variable: the length of its name, or 0. */
static size_t
put_special(struct expander *e, const char *name, bool quoted)
{
    if (*name >= '0' && *name <= '9')
        put_parameter(e, *name - '0', quoted);
    else if (*name == '?')
        put_number(e, parameters.status);
    else if (*name == '$')
        put_number(e, parameters.process);
    else if (*name == '#')
        put_number(e, parameters.count);
    else if (*name == '@' || *name == '*')
        put_all(e, quoted, *name == '@' || !quoted);
    else
        return 0;
    return 1;
}

/* The name behind a dollar sign: its length, or 0 if it is none. */
static size_t
put_named(struct expander *e, const char *name, bool quoted)
{
    size_t length = name_length(name);

    if (length == 0)
        return put_special(e, name, quoted);
    put_value(e, variable_get(name, length), quoted);
    return length;
}

/* ${NAME}: what is in the braces is all of it. */
static const char *
put_braces(struct expander *e, const char *at, bool quoted)
{
    size_t length = name_length(at);

    if (length == 0 && *at && *at != '}')
        length = 1;
    if (length == 0 || at[length] != '}') {
        fail(e, "no name, or no end, in ${}");
        return at;
    }
    if (put_named(e, at, quoted) != length)
        fail(e, "no name, or no end, in ${}");
    return at + length + 1;
}

/* Behind a dollar sign: goes to what is behind the name. */
static const char *
put_dollar(struct expander *e, const char *at, bool quoted)
{
    size_t length;

    if (*at == '{')
        return put_braces(e, at + 1, quoted);
    length = put_named(e, at, quoted);
    if (length == 0)
        put_quoted(e, '$');
    return at + length;
}

/* Behind a backslash: goes to what is behind the letter.  In double quotes only some letters need it. */
static const char *
put_backslash(struct expander *e, const char *at, bool quoted)
{
    if (*at == '\n')
        return at + 1;
    if (!*at || (quoted && !strchr("$`\"\\", *at))) {
        put_quoted(e, '\\');
        return at;
    }
    put_quoted(e, *at);
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
            at = put_dollar(e, at, true);
        else if (quote == '"' && c == '\\')
            at = put_backslash(e, at, true);
        else
            put_quoted(e, c);
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
            at = put_dollar(e, at, false);
        else
            put_plain(e, c);
    }
    end_word(e);
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
