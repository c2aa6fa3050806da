/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From words as they were written to what they stand for: variables get their values, quotes go, and patterns
 * become names of files.  All functions answer with what is wrong, or NULL.
 */
#pragma once

#include "parse.h"

/* A word may become several, or none. */
const char *expand_words(struct pool *pool, const struct word *words, struct word **expanded);

/* The value behind NAME=, or "$NAME": one text, no patterns. */
const char *expand_text(struct pool *pool, const char *text, const char **expanded);

/* The name of a file: it must become one word. */
const char *expand_name(struct pool *pool, const char *text, const char **expanded);
