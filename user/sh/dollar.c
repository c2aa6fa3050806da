/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands behind a dollar sign: variables and parameters; see expander.h.
 */
#include "expander.h"
#include "string.h"
#include "text.h"
#include "variables.h"

static void
put_value(struct expander *e, const char *value, bool quoted)
{
    for (; value && *value; value++) {
        if (quoted || !e->split || *value == '\\')
            expander_quoted(e, *value);
        else if (strchr(" \t\n", *value))
            expander_end(e);
        else
            expander_plain(e, *value);
    }
}

/* $@ and $*: each is a word of its own, but for "$*". */
static void
put_all(struct expander *e, bool quoted, bool apart)
{
    for (uint32_t i = 0; i < parameters.count; i++) {
        if (i > 0 && apart && e->split)
            expander_end(e);
        else if (i > 0)
            expander_quoted(e, ' ');
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
        expander_fail(e, "no name, or no end, in ${}");
        return at;
    }
    if (put_named(e, at, quoted) != length)
        expander_fail(e, "no name, or no end, in ${}");
    return at + length + 1;
}

const char *
expander_dollar(struct expander *e, const char *at, bool quoted)
{
    size_t length;

    if (*at == '{')
        return put_braces(e, at + 1, quoted);
    length = put_named(e, at, quoted);
    if (length == 0)
        expander_quoted(e, '$');
    return at + length;
}
