/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the text of commands to a tree of them: see parse.h.  Each function here takes the tokens of one
 * part of it, and the parser's next token is the first one behind.
 */
#include "parser.h"

#include "string.h"
#include "text.h"

/* The first thing that is wrong is said. */
void
parser_fail(struct parser *p, enum parse_result result, const char *why)
{
    if (p->result != PARSE_DONE)
        return;
    p->result = result;
    p->parsed->why = why;
    p->parsed->line = p->next.line;
}

void *
parser_new(struct parser *p, size_t size)
{
    void *memory = p->result == PARSE_DONE ? pool_new(p->pool, size) : NULL;

    if (!memory)
        parser_fail(p, PARSE_ERROR, NO_MEMORY);
    return memory;
}

const char *
parser_copy(struct parser *p, const char *text, size_t length)
{
    const char *memory = pool_text(p->pool, text, length);

    if (!memory)
        parser_fail(p, PARSE_ERROR, NO_MEMORY);
    return memory;
}

void
parser_take(struct parser *p)
{
    p->last = p->next.text + p->next.length;
    p->next = token_next(&p->lexer);
    if (p->next.kind == TOKEN_OPEN)
        parser_fail(p, PARSE_MORE, p->next.why);
}

bool
parser_sign(struct parser *p, const char *sign)
{
    if (p->result != PARSE_DONE || !token_is(&p->next, sign))
        return false;
    parser_take(p);
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

static struct word *
take_word(struct parser *p)
{
    struct word *w = parser_new(p, sizeof(*w));

    if (!w)
        return NULL;
    w->text = parser_copy(p, p->next.text, p->next.length);
    parser_take(p);
    return w;
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
    struct command *c = parser_new(p, sizeof(*c));
    struct word **assignment = c ? &c->assignments : NULL, **word = c ? &c->words : NULL;
    struct redirect **redirect = c ? &c->redirects : NULL;

    while (p->result == PARSE_DONE) {
        if (parser_is_redirect(&p->next)) {
            *redirect = parser_redirect(p);
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
    if (p->result != PARSE_DONE || p->next.kind == TOKEN_WORD || parser_is_redirect(&p->next))
        return;
    if (open && p->next.kind == TOKEN_END)
        parser_fail(p, PARSE_MORE, "there is no command behind |, && or ||");
    else
        parser_fail(p, PARSE_ERROR, missing_before(p));
}

/* A command may begin in the line behind |, && and ||. */
static void
skip_lines(struct parser *p)
{
    while (p->result == PARSE_DONE && p->next.kind == TOKEN_LINE)
        parser_take(p);
}

static struct pipeline *
take_pipeline(struct parser *p, enum when when)
{
    struct pipeline *line = parser_new(p, sizeof(*line));
    struct command **end = line ? &line->commands : NULL;
    bool open = when != ALWAYS;

    if (line)
        line->when = when;
    while (p->result == PARSE_DONE) {
        check_begin(p, open);
        *end = p->result == PARSE_DONE ? take_command(p) : NULL;
        if (!*end || !parser_sign(p, "|"))
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
    struct list *list = parser_new(p, sizeof(*list));
    struct pipeline **end = list ? &list->pipelines : NULL;
    enum when when = ALWAYS;
    const char *begin = p->next.text;

    while (p->result == PARSE_DONE) {
        *end = take_pipeline(p, when);
        if (p->result != PARSE_DONE)
            break;
        end = &(*end)->next;
        when = parser_sign(p, "&&") ? IF_GOOD : parser_sign(p, "||") ? IF_BAD : ALWAYS;
        if (when == ALWAYS)
            break;
        skip_lines(p);
    }
    if (p->result == PARSE_DONE)
        list->text = parser_copy(p, begin, p->last - begin);
    return list;
}

enum parse_result
parse(struct pool *pool, const char *text, uint32_t line, struct parsed *parsed)
{
    struct parser p = {.pool = pool, .lexer = {text, line}, .next.text = text, .parsed = parsed};
    struct list **end = &parsed->lists;

    *parsed = (struct parsed){.line = line};
    parser_take(&p);
    skip_lines(&p);
    while (p.result == PARSE_DONE && p.next.kind != TOKEN_END) {
        *end = take_list(&p);
        if (p.result == PARSE_DONE) {
            (*end)->background = parser_sign(&p, "&");
            if (!(*end)->background)
                parser_sign(&p, ";");
            end = &(*end)->next;
        }
        skip_lines(&p);
    }
    if (p.result != PARSE_DONE)
        parsed->lists = NULL;
    return p.result;
}
