/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parser's inside: parse.c, redirect.c.
 */
#pragma once

#include "lex.h"
#include "parse.h"

struct parser {
    struct pool *pool;
    struct lexer lexer;
    struct token next;
    const char *last; /* the end of the last token that was taken */
    enum parse_result result;
    struct parsed *parsed;
};

/* The first thing that is wrong is said. */
void parser_fail(struct parser *p, enum parse_result result, const char *why);

/* NULL when something is wrong. */
void *parser_new(struct parser *p, size_t size);
const char *parser_copy(struct parser *p, const char *text, size_t length);

/* Goes on to the next token; parser_sign() only if this one is that sign. */
void parser_take(struct parser *p);
bool parser_sign(struct parser *p, const char *sign);

/* Does a redirection begin with this token?  Takes one. */
bool parser_is_redirect(const struct token *t);
struct redirect *parser_redirect(struct parser *p);
