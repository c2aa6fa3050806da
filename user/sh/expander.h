/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of expanding: expand.c, dollar.c.
 */
#pragma once

#include "expand.h"

struct expander {
    struct pool *pool;
    struct growing word;
    bool begun; /* there is a word, even if it has no letters yet */
    bool split; /* else all becomes one text, which is no pattern */
    struct word **end;
    const char *why;
};

/* The first thing that is wrong is said. */
void expander_fail(struct expander *e, const char *why);

/* A letter of the word: one that means itself, one that may be a pattern's. */
void expander_quoted(struct expander *e, char c);
void expander_plain(struct expander *e, char c);

/* If there is a word, it is whole. */
void expander_end(struct expander *e);

/* Behind a dollar sign: goes to what is behind the name. */
const char *expander_dollar(struct expander *e, const char *at, bool quoted);
