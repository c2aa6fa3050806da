/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the text of commands to words and the signs between them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum token_kind {
    TOKEN_END,     /* of the text */
    TOKEN_LINE,    /* of a line */
    TOKEN_WORD,
    TOKEN_NUMBER,  /* directly before < or > */
    TOKEN_SIGN,
    TOKEN_OPEN,    /* a word that does not end; `why` says in what way */
};

struct token {
    enum token_kind kind;
    const char *text;
    size_t length;
    uint32_t line; /* in which it begins */
    const char *why;
};

struct lexer {
    const char *at;
    uint32_t line;
};

struct token token_next(struct lexer *lexer);

/* Is it this sign? */
bool token_is(const struct token *token, const char *sign);
