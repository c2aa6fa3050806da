/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the text of commands to a tree of them: see parse.h.  Each function here takes the tokens of one
 * part of it, and the parser's next token is the first one behind.
 */
#include "parse.h"

#include "lex.h"
#include "string.h"
#include "text.h"

#define NUMBERS 3 /* input, output, errors */

struct parser {
    struct pool *pool;
    struct lexer lexer;
    struct token next;
    const char *last; /* the end of the last token that was taken */
    enum parse_result result;
    struct parsed *parsed;
};

/* The first thing that is wrong is said. */
static void
fail(struct parser *p, enum parse_result result, const char *why)
{
    if (p->result != PARSE_DONE)
        return;
    p->result = result;
    p->parsed->why = why;
    p->parsed->line = p->next.line;
}

static void *
new(struct parser *p, size_t size)
{
    void *memory = p->result == PARSE_DONE ? pool_new(p->pool, size) : NULL;

    if (!memory)
        fail(p, PARSE_ERROR, NO_MEMORY);
    return memory;
}

static const char *
copy(struct parser *p, const char *text, size_t length)
{
    const char *memory = pool_text(p->pool, text, length);

    if (!memory)
        fail(p, PARSE_ERROR, NO_MEMORY);
    return memory;
}

static void
take(struct parser *p)
{
    p->last = p->next.text + p->next.length;
    p->next = token_next(&p->lexer);
    if (p->next.kind == TOKEN_OPEN)
        fail(p, PARSE_MORE, p->next.why);
}

static bool
take_sign(struct parser *p, const char *sign)
{
    if (p->result != PARSE_DONE || !token_is(&p->next, sign))
        return false;
    take(p);
    return true;
}

size_t
name_length(const char *text)
{
    size_t length = 0;

    for (;; length++) {
        char c = text[length], small = c | 0x20;

        if (c != '_' && (small < 'a' || small > 'z') && (length == 0 || c < '0' || c > '9'))
            return length;
    }
}

/* Where `>&` leads. */
static void
take_same(struct parser *p, struct redirect *r)
{
    const char *end = NULL;

    if (p->next.kind == TOKEN_WORD)
        end = parse_number(p->next.text, &r->same);
    if (!end || end != p->next.text + p->next.length || r->same >= NUMBERS)
        fail(p, PARSE_ERROR, "no number from 0 to 2 behind >&");
    else
        take(p);
}

static void
take_target(struct parser *p, struct redirect *r)
{
    if (p->next.kind != TOKEN_WORD) {
        fail(p, PARSE_ERROR, "no name behind < or >");
        return;
    }
    r->word = copy(p, p->next.text, p->next.length);
    take(p);
}

static void
take_number(struct parser *p, struct redirect *r)
{
    if (p->next.kind == TOKEN_NUMBER) {
        if (!parse_number(p->next.text, &r->number) || r->number >= NUMBERS)
            fail(p, PARSE_ERROR, "no number from 0 to 2 before < or >");
        take(p);
    } else {
        r->number = token_is(&p->next, "<") ? 0 : 1;
    }
}

static void
take_kind(struct parser *p, struct redirect *r)
{
    if (take_sign(p, "<"))
        r->kind = REDIRECT_READ;
    else if (take_sign(p, ">"))
        r->kind = REDIRECT_WRITE;
    else if (take_sign(p, ">>"))
        r->kind = REDIRECT_APPEND;
    else if (take_sign(p, ">&"))
        r->kind = REDIRECT_SAME;
}

static struct redirect *
take_redirect(struct parser *p)
{
    struct redirect *r = new(p, sizeof(*r));

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

static struct word *
take_word(struct parser *p)
{
    struct word *w = new(p, sizeof(*w));

    if (!w)
        return NULL;
    w->text = copy(p, p->next.text, p->next.length);
    take(p);
    return w;
}

static bool
is_redirect(const struct token *t)
{
    return t->kind == TOKEN_NUMBER || token_is(t, "<") || token_is(t, ">") || token_is(t, ">>") || token_is(t, ">&");
}

static bool
is_assignment(const struct token *t)
{
    size_t length = name_length(t->text);

    return length > 0 && length < t->length && t->text[length] == '=';
}

static struct command *
take_command(struct parser *p)
{
    struct command *c = new(p, sizeof(*c));
    struct word **assignment = c ? &c->assignments : NULL, **word = c ? &c->words : NULL;
    struct redirect **redirect = c ? &c->redirects : NULL;

    while (p->result == PARSE_DONE) {
        if (is_redirect(&p->next)) {
            *redirect = take_redirect(p);
            redirect = *redirect ? &(*redirect)->next : redirect;
        } else if (p->next.kind == TOKEN_WORD) {
            struct word ***end = !c->words && is_assignment(&p->next) ? &assignment : &word;

            **end = take_word(p);
            *end = **end ? &(**end)->next : *end;
        } else {
            break;
        }
    }
    return c;
}

static const char *
missing_before(struct parser *p)
{
    static const char before[] = "there is no command before ";
    char *why = pool_new(p->pool, sizeof(before) + p->next.length);

    if (!why)
        return NO_MEMORY;
    memcpy(why, before, sizeof(before) - 1);
    memcpy(why + sizeof(before) - 1, p->next.text, p->next.length);
    return why;
}

/* What a command cannot begin with.  At the end it may come yet, if something is `open`. */
static void
check_begin(struct parser *p, bool open)
{
    if (p->result != PARSE_DONE || p->next.kind == TOKEN_WORD || is_redirect(&p->next))
        return;
    if (open && p->next.kind == TOKEN_END)
        fail(p, PARSE_MORE, "there is no command behind |, && or ||");
    else
        fail(p, PARSE_ERROR, missing_before(p));
}

/* A command may begin in the line behind |, && and ||. */
static void
skip_lines(struct parser *p)
{
    while (p->result == PARSE_DONE && p->next.kind == TOKEN_LINE)
        take(p);
}

static struct pipeline *
take_pipeline(struct parser *p, enum when when)
{
    struct pipeline *line = new(p, sizeof(*line));
    struct command **end = line ? &line->commands : NULL;
    bool open = when != ALWAYS;

    if (line)
        line->when = when;
    while (p->result == PARSE_DONE) {
        check_begin(p, open);
        *end = p->result == PARSE_DONE ? take_command(p) : NULL;
        if (!*end || !take_sign(p, "|"))
            break;
        end = &(*end)->next;
        open = true;
        skip_lines(p);
    }
    return line;
}

static struct list *
take_list(struct parser *p)
{
    struct list *list = new(p, sizeof(*list));
    struct pipeline **end = list ? &list->pipelines : NULL;
    enum when when = ALWAYS;
    const char *begin = p->next.text;

    while (p->result == PARSE_DONE) {
        *end = take_pipeline(p, when);
        if (p->result != PARSE_DONE)
            break;
        end = &(*end)->next;
        when = take_sign(p, "&&") ? IF_GOOD : take_sign(p, "||") ? IF_BAD : ALWAYS;
        if (when == ALWAYS)
            break;
        skip_lines(p);
    }
    if (p->result == PARSE_DONE)
        list->text = copy(p, begin, p->last - begin);
    return list;
}

enum parse_result
parse(struct pool *pool, const char *text, uint32_t line, struct parsed *parsed)
{
    struct parser p = {.pool = pool, .lexer = {text, line}, .next.text = text, .parsed = parsed};
    struct list **end = &parsed->lists;

    *parsed = (struct parsed){.line = line};
    take(&p);
    skip_lines(&p);
    while (p.result == PARSE_DONE && p.next.kind != TOKEN_END) {
        *end = take_list(&p);
        if (p.result == PARSE_DONE) {
            (*end)->background = take_sign(&p, "&");
            if (!(*end)->background)
                take_sign(&p, ";");
            end = &(*end)->next;
        }
        skip_lines(&p);
    }
    if (p.result != PARSE_DONE)
        parsed->lists = NULL;
    return p.result;
}
