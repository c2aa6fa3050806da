/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Redirections in the text of commands: see parser.h.
 */
#include "parser.h"
#include "string.h"

#define NUMBERS 3 /* input, output, errors */

bool
parser_is_redirect(const struct token *t)
{
    return t->kind == TOKEN_NUMBER || token_is(t, "<") || token_is(t, ">") || token_is(t, ">>") || token_is(t, ">&");
}

/* Where `>&` leads. */
static void
take_same(struct parser *p, struct redirect *r)
{
    const char *end = NULL;

    if (p->next.kind == TOKEN_WORD)
        end = parse_number(p->next.text, &r->same);
    if (!end || end != p->next.text + p->next.length || r->same >= NUMBERS)
        parser_fail(p, PARSE_ERROR, "no number from 0 to 2 behind >&");
    else
        parser_take(p);
}

static void
take_target(struct parser *p, struct redirect *r)
{
    if (p->next.kind != TOKEN_WORD) {
        parser_fail(p, PARSE_ERROR, "no name behind < or >");
        return;
    }
    r->word = parser_copy(p, p->next.text, p->next.length);
    parser_take(p);
}

static void
take_number(struct parser *p, struct redirect *r)
{
    if (p->next.kind == TOKEN_NUMBER) {
        if (!parse_number(p->next.text, &r->number) || r->number >= NUMBERS)
            parser_fail(p, PARSE_ERROR, "no number from 0 to 2 before < or >");
        parser_take(p);
    } else {
        r->number = token_is(&p->next, "<") ? 0 : 1;
    }
}

static void
take_kind(struct parser *p, struct redirect *r)
{
    if (parser_sign(p, "<"))
        r->kind = REDIRECT_READ;
    else if (parser_sign(p, ">"))
        r->kind = REDIRECT_WRITE;
    else if (parser_sign(p, ">>"))
        r->kind = REDIRECT_APPEND;
    else if (parser_sign(p, ">&"))
        r->kind = REDIRECT_SAME;
}

struct redirect *
parser_redirect(struct parser *p)
{
    struct redirect *r = parser_new(p, sizeof(*r));

    if (!r)
        return NULL;
    take_number(p, r);
    take_kind(p, r);
    if (p->result == PARSE_DONE && r->kind == REDIRECT_SAME)
        take_same(p, r);
    else if (p->result == PARSE_DONE)
        take_target(p, r);
    return r;
}
