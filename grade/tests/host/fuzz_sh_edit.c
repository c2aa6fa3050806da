/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell's line editor: any keys, against a line that is kept in a simple way, and a row of a terminal which
 * has to show it, with the cursor at its place.
 */
#include "lack.h"
#include "lib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sh/complete.h"
#include "sh/edit.h"
#include "sh/history.h"

#define ROW 100

/* --- The terminal: one row, of which nothing may go beyond the last column. */

static struct {
    char cell[ROW + 1];
    uint32_t columns, at;
    uint32_t state, number; /* of a control sequence */
    uint32_t rows;          /* that were left behind */
} row;

static void
row_clear(uint32_t from)
{
    memset(row.cell + from, ' ', ROW - from);
    row.cell[ROW] = 0;
}

static void
row_sequence(char c)
{
    if (c == 'K')
        row_clear(row.at);
    else if (c == 'C')
        row.at += row.number ? row.number : 1;
    else if (c == 'H')
        row.at = 0;
    else if (c == 'J')
        row_clear(0);
    else
        expect(false, "an unknown sequence: %c", c);
    row.state = 0;
}

static void
row_put(char c)
{
    if (row.state == 1) {
        expect(c == '[', "ESC %c", c);
        row.state = 2;
        row.number = 0;
    } else if (row.state == 2 && c >= '0' && c <= '9') {
        row.number = row.number * 10 + c - '0';
    } else if (row.state == 2) {
        row_sequence(c);
    } else if (c == 27) {
        row.state = 1;
    } else if (c == '\r') {
        row.at = 0;
    } else if (c == '\n') {
        row.at = 0;
        row.rows++;
        row_clear(0);
    } else {
        expect((unsigned char)c >= ' ', "a control character: %x", c);
        expect(row.at < row.columns - 1, "a letter in the last column");
        row.cell[row.at++] = c;
    }
}

static void
show(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        row_put(text[i]);
}

/* --- The line, as it has to be. */

static struct {
    char line[EDIT_MAX], kept[EDIT_MAX];
    uint32_t at, back;
} model;

static char *past[HISTORY + 1]; /* the last line first */

static void
model_delete(uint32_t from, uint32_t to)
{
    char rest[EDIT_MAX];

    strcpy(rest, model.line + to);
    strcpy(model.line + from, rest);
    model.at = from;
}

static void
model_type(char c)
{
    char rest[EDIT_MAX];

    if (strlen(model.line) == EDIT_MAX - 1)
        return;
    strcpy(rest, model.line + model.at);
    model.line[model.at++] = c;
    strcpy(model.line + model.at, rest);
}

static void
model_history(uint32_t back)
{
    if (back > HISTORY || (back > 0 && !past[back - 1]))
        return;
    if (model.back == 0)
        strcpy(model.kept, model.line);
    model.back = back;
    strcpy(model.line, back ? past[back - 1] : model.kept);
    model.at = strlen(model.line);
}

static void
model_word(void)
{
    uint32_t begin = model.at;

    while (begin > 0 && model.line[begin - 1] == ' ')
        begin--;
    while (begin > 0 && model.line[begin - 1] != ' ')
        begin--;
    model_delete(begin, model.at);
}

static void
model_done(const char *line)
{
    if (*line && !(past[0] && strcmp(past[0], line) == 0)) {
        free(past[HISTORY - 1]);
        memmove(past + 1, past, (HISTORY - 1) * sizeof(*past));
        past[0] = strdup(line);
    }
}

/* --- Keys, and what they mean. */

enum meaning { LEFT, RIGHT, FIRST, LAST, UP, DOWN, BACKSPACE, DELETE, TO_END, TO_BEGIN, WORD, CLEAR, NOTHING };

static const struct {
    const char *keys;
    enum meaning meaning;
} keys[] = {
    {"\033[D", LEFT}, {"\002", LEFT}, {"\033OD", LEFT}, {"\033[C", RIGHT}, {"\006", RIGHT}, {"\033[H", FIRST}, {"\001", FIRST},
    {"\033[1~", FIRST}, {"\033[7~", FIRST}, {"\033[F", LAST}, {"\005", LAST}, {"\033[4~", LAST}, {"\033[8~", LAST},
    {"\033[A", UP}, {"\020", UP}, {"\033[B", DOWN}, {"\016", DOWN}, {"\010", BACKSPACE}, {"\177", BACKSPACE}, {"\033[3~", DELETE},
    {"\004", DELETE}, {"\013", TO_END}, {"\025", TO_BEGIN}, {"\027", WORD}, {"\014", CLEAR}, {"\033[20~", NOTHING}, {"\033x", NOTHING},
    {"\033[1;5Z", NOTHING}, {"\033\033[D", LEFT}, {"\033[1\001", FIRST}, {"\007", NOTHING}, {"\033[99993~", NOTHING},
    {"\033[?25q", NOTHING}, {"\033[20~\177", BACKSPACE},
};

static void
model_key(enum meaning meaning)
{
    uint32_t length = strlen(model.line);

    if ((meaning == LEFT && model.at > 0) || (meaning == RIGHT && model.at < length))
        model.at += meaning == LEFT ? -1 : 1;
    else if (meaning == FIRST || meaning == LAST)
        model.at = meaning == FIRST ? 0 : length;
    else if (meaning == UP || (meaning == DOWN && model.back > 0))
        model_history(model.back + (meaning == UP ? 1 : -1));
    else if (meaning == BACKSPACE && model.at > 0)
        model_delete(model.at - 1, model.at);
    else if (meaning == DELETE && model.at < length)
        model_delete(model.at, model.at + 1);
    else if (meaning == TO_END || meaning == TO_BEGIN)
        model_delete(meaning == TO_END ? model.at : 0, meaning == TO_END ? length : model.at);
    else if (meaning == WORD)
        model_word();
}

/* --- Completion is another test's. */

void
complete(struct editor *e)
{
    edit_insert(e, "tab", 3);
}

/* --- The test. */

/* The prompt, or its end; behind it a part of the line with the cursor in it, all of it if there is room; nothing else. */
static void
look(const struct editor *e, const char *prompt)
{
    uint32_t most = row.columns / 2, skip = strlen(prompt) > most ? strlen(prompt) - most : 0;
    uint32_t shown = strlen(prompt + skip), room = row.columns - shown - 1, length = strlen(model.line), first;
    char should[ROW + EDIT_MAX];

    expect(strcmp(e->line, model.line) == 0, "the line is %s, not %s", e->line, model.line);
    expect(e->at == model.at && e->length == length, "the cursor is at %u of %u, not %u", e->at, e->length, model.at);
    expect(row.state == 0 && row.at >= shown, "the cursor is in column %u", row.at);
    first = model.at - (row.at - shown);
    expect(first <= model.at && model.at - first <= room, "letter %u is the first", first);
    expect(length > room || first == 0, "letter %u is the first, though all have room", first);
    snprintf(should, sizeof(should), "%s%.*s", prompt + skip, (int)room, model.line + first);
    snprintf(should + strlen(should), sizeof(should) - strlen(should), "%*s", (int)(ROW - strlen(should)), "");
    expect(strcmp(row.cell, should) == 0, "the row is %s, not %s", row.cell, should);
}

static void
start(struct editor *e, const char *prompt)
{
    uint32_t rows = row.rows;

    memset(&model, 0, sizeof(model));
    edit_start(e, prompt, row.columns);
    expect(row.rows == rows, "a prompt of two rows");
    look(e, prompt);
}

static void
finish(struct editor *e, struct input *in, const char *prompt)
{
    static const char ends[] = "\n\r\003\004";
    char end = ends[take(in, 1) % 4];
    uint32_t rows = row.rows;
    enum edit_result result, right = end == 3 ? EDIT_CANCEL : end == 4 ? EDIT_END : EDIT_LINE;

    if (end == 4 && model.line[0])
        return;
    result = edit_key(e, end);
    expect(result == right && row.rows == rows + 1, "key %x: result %u, %u rows", end, result, row.rows - rows);
    expect(strcmp(e->line, model.line) == 0, "in the end the line is %s, not %s", e->line, model.line);
    lack(take(in, 1) % 8 ? 0 : 1);
    history_add(e->line);
    if (!lacked)
        model_done(e->line);
    lack(0);
    start(e, prompt);
}

static void
press(struct editor *e, struct input *in)
{
    uint32_t which = take(in, 1), i = which % (sizeof(keys) / sizeof(*keys));

    if (which >= 128) {
        char c = " abc\xe4-"[which % 6];

        expect(edit_key(e, c) == EDIT_ON, "a letter ends the line");
        model_type(c);
        return;
    }
    if (strcmp(keys[i].keys, "\004") == 0 && !model.line[0])
        return;
    for (const char *key = keys[i].keys; *key; key++)
        expect(edit_key(e, *key) == EDIT_ON, "key %x ends the line", *key);
    model_key(keys[i].meaning);
}

static void
press_tab(struct editor *e)
{
    edit_key(e, '\t');
    for (const char *c = "tab"; *c; c++)
        model_type(*c);
}

static void
type_much(struct editor *e, uint32_t count)
{
    for (; count; count--) {
        edit_key(e, 'm');
        model_type('m');
    }
}

static void
remember_much(void)
{
    char line[12];

    for (unsigned i = 0; i < HISTORY + 5; i++) {
        snprintf(line, sizeof(line), "line %u", i);
        history_add(line);
        model_done(line);
    }
}

static void
begin(struct input *in, struct editor *e, const char **prompt)
{
    static const char *const prompts[] = {"$ ", "", "/a/rather/long/path/of/some/directory/somewhere $ ", "/home $ "};

    *prompt = prompts[take(in, 1) % 4];
    row.columns = 20 + take(in, 1) % (ROW - 20);
    row.at = row.state = 0;
    row_clear(0);
    *e = (struct editor){.write = show};
    if (take(in, 1) % 8 == 0)
        remember_much();
    start(e, *prompt);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct editor e;
    struct input in = {data, data + size};
    const char *prompt;

    begin(&in, &e, &prompt);
    while (in.at < in.end) {
        uint32_t what = take(&in, 1);

        if (what < 8)
            finish(&e, &in, prompt);
        else if (what < 12)
            press_tab(&e);
        else if (what < 14)
            type_much(&e, take(&in, 2) % 1100);
        else
            press(&e, &in);
        look(&e, prompt);
    }
    history_clear();
    for (unsigned i = 0; i < HISTORY; i++) {
        free(past[i]);
        past[i] = NULL;
    }
    return 0;
}
