/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell's parser: what it makes of a text, written down again, is parsed to the same; what it says is wrong
 * has a reason and a line; and when memory is short it says so, and loses none.
 */
#include "lack.h"
#include "lib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sh/parse.h"

#define ROOM 20000

struct written {
    char text[ROOM];
    size_t length;
};

static void
put(struct written *w, const char *text)
{
    size_t length = strlen(text);

    expect(w->length + length < ROOM, "what was parsed is longer than the text");
    memcpy(w->text + w->length, text, length + 1);
    w->length += length;
}

static void
put_number(struct written *w, uint32_t number)
{
    char digits[12];

    snprintf(digits, sizeof(digits), "%u", number);
    put(w, digits);
}

static void
put_words(struct written *w, const struct word *words)
{
    for (; words; words = words->next) {
        put(w, words->text);
        put(w, " ");
    }
}

static void
put_command(struct written *w, const struct command *c)
{
    static const char *const signs[] = {"<", ">", ">>", ">&"};

    expect(c->assignments || c->words || c->redirects, "a command of nothing");
    put_words(w, c->assignments);
    put_words(w, c->words);
    for (const struct redirect *r = c->redirects; r; r = r->next) {
        put_number(w, r->number);
        put(w, signs[r->kind]);
        if (r->kind == REDIRECT_SAME)
            put_number(w, r->same);
        else
            put(w, r->word);
        put(w, " ");
    }
}

static void
put_list(struct written *w, const struct list *list)
{
    static const char *const signs[] = {"", "&& ", "|| "};

    expect(list->pipelines, "a list of nothing");
    for (const struct pipeline *p = list->pipelines; p; p = p->next) {
        expect((p == list->pipelines) == (p->when == ALWAYS), "what a pipeline depends on");
        put(w, signs[p->when]);
        for (const struct command *c = p->commands; c; c = c->next) {
            put_command(w, c);
            put(w, c->next ? "| " : "");
        }
    }
    put(w, list->background ? "& " : "; ");
}

static void
put_lists(struct written *w, const struct list *lists)
{
    w->length = w->text[0] = 0;
    for (; lists; lists = lists->next)
        put_list(w, lists);
}

static void
parse_again(const char *text, struct written *w)
{
    struct pool pool = {0};
    struct parsed parsed;
    enum parse_result result = parse(&pool, text, 1, &parsed);

    expect(result == PARSE_DONE, "parsed, but not the second time: %s: %s", text, parsed.why);
    put_lists(w, parsed.lists);
    pool_free(&pool);
}

static void
look_at_word(const char *text)
{
    static struct written once;
    char word[ROOM];

    snprintf(word, sizeof(word), "%s ", text);
    parse_again(text, &once);
    expect(strcmp(once.text, strcat(word, "; ")) == 0, "no word: %s", text);
}

static void
look_at_lists(const struct list *lists)
{
    static struct written all, again;

    put_lists(&all, lists);
    parse_again(all.text, &again);
    expect(strcmp(all.text, again.text) == 0, "%s became %s", all.text, again.text);
    for (; lists; lists = lists->next) {
        all.length = 0;
        put_list(&all, lists);
        parse_again(lists->text, &again);
        again.text[again.length - 2] = all.text[all.length - 2]; /* & or ; */
        expect(strcmp(all.text, again.text) == 0, "the text of a list: %s, not %s", lists->text, all.text);
        for (const struct command *c = lists->pipelines->commands; c; c = c->next)
            for (const struct word *w = c->words; w; w = w->next)
                look_at_word(w->text);
    }
}

static uint32_t
lines_of(const char *text)
{
    uint32_t lines = 1;

    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

static void
try(const char *text, unsigned which)
{
    struct pool pool = {0};
    struct parsed parsed;
    enum parse_result result;

    lack(which);
    result = parse(&pool, text, 5, &parsed);
    if (result != PARSE_DONE) {
        expect(parsed.why && !parsed.lists, "wrong, but not why");
        expect(parsed.line >= 5 && parsed.line < 5 + lines_of(text), "wrong in line %u", parsed.line);
        expect(lacked || strcmp(parsed.why, NO_MEMORY) != 0, "there is memory");
    }
    expect(!lacked || result == PARSE_ERROR, "no memory, but no error");
    lack(0);
    if (result == PARSE_DONE)
        look_at_lists(parsed.lists);
    pool_free(&pool);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const pieces[] = {
        "a", "b1", "A=", "=", " ", " ", "\t", "\n", "'", "\"", "\\", "|", "||", "&", "&&", ";", "<", ">", ">>", ">&", "2", "2>&1",
        "> f", "#", "$x", "c d ", "'q r'", "\"s\"", "7", "99999999999>", "\r", "\xff",
    };
    struct input in = {data, data + size};

    while (in.at < in.end) {
        char text[ROOM / 8] = "";
        unsigned count = take(&in, 1) % 40, which = take(&in, 1);

        for (unsigned i = 0; i < count; i++)
            strcat(text, pieces[take(&in, 1) % (sizeof(pieces) / sizeof(*pieces))]);
        try(text, which < 64 ? which : 0);
    }
    return 0;
}
