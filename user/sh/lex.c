/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the text of commands to words and the signs between them: see lex.h.
 */
#include "lex.h"

#include "string.h"
#include "text.h"

/* Longer ones first. */
static const char *const signs[] = {"&&", "||", ">>", ">&", ";", "&", "|", "<", ">"};

#define NO_QUOTE "no end to the quote"
#define NO_LINE  "nothing behind the backslash"

bool
token_is(const struct token *token, const char *sign)
{
    return token->kind == TOKEN_SIGN && token->length == strlen(sign) && strncmp(token->text, sign, token->length) == 0;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool
ends_word(char c)
{
    return !c || is_blank(c) || strchr("\n;&|<>", c);
}

/* What stands between words: blanks, lines that go on in the next one, and comments. */
static void
skip(struct lexer *l)
{
    for (;;) {
        if (is_blank(*l->at)) {
            l->at++;
        } else if (l->at[0] == '\\' && l->at[1] == '\n') {
            l->at += 2;
            l->line++;
        } else {
            break;
        }
    }
    if (*l->at == '#')
        while (*l->at && *l->at != '\n')
            l->at++;
}

/* Goes to the quote's end, which is the same sign; NULL, or what is missing. */
static const char *
skip_quote(struct lexer *l)
{
    char quote = *l->at++;

    while (*l->at != quote) {
        if (quote == '"' && l->at[0] == '\\' && l->at[1])
            l->at++;
        if (!*l->at)
            return NO_QUOTE;
        l->line += *l->at++ == '\n';
    }
    l->at++;
    return NULL;
}

/* Goes over one letter of a word, or all that is quoted by it. */
static const char *
skip_letter(struct lexer *l)
{
    if (*l->at == '\'' || *l->at == '"')
        return skip_quote(l);
    if (*l->at == '\\') {
        l->at++;
        if (!*l->at)
            return NO_LINE;
        l->line += *l->at == '\n';
    }
    l->at++;
    return NULL;
}

static bool
all_digits(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    return true;
}

static struct token
word(struct lexer *l)
{
    struct token t = {.kind = TOKEN_WORD, .text = l->at, .line = l->line};

    while (!ends_word(*l->at)) {
        t.why = skip_letter(l);
        if (t.why) {
            t.kind = TOKEN_OPEN;
            return t;
        }
    }
    t.length = l->at - t.text;
    if ((*l->at == '<' || *l->at == '>') && all_digits(t.text, t.length))
        t.kind = TOKEN_NUMBER;
    return t;
}

struct token
token_next(struct lexer *l)
{
    struct token t;

    skip(l);
    t = (struct token){.kind = TOKEN_SIGN, .text = l->at, .line = l->line};
    if (!*l->at) {
        t.kind = TOKEN_END;
    } else if (*l->at == '\n') {
        t.kind = TOKEN_LINE;
        t.length = 1;
        l->line++;
    } else {
        for (unsigned i = 0; i < sizeof(signs) / sizeof(*signs) && !t.length; i++)
            if (strncmp(l->at, signs[i], strlen(signs[i])) == 0)
                t.length = strlen(signs[i]);
        if (!t.length)
            return word(l);
    }
    l->at += t.length;
    return t;
}
