/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Editing a line: see edit.h.
 */
#include "edit.h"

#include "complete.h"
#include "history.h"
#include "string.h"
#include "text.h"

#define KEY(letter) ((letter) & 0x1f) /* with Ctrl */
#define KEY_DELETE  0x7f

#define COLUMNS_MIN 20

/* How much of a control sequence has come. */
enum { NOTHING, ESCAPE, SEQUENCE };

/* How many letters of the line are shown: the cursor may be behind the last. */
static uint32_t
width(const struct editor *e)
{
    return e->columns - strlen(e->prompt) - 1;
}

void
edit_show(struct editor *e)
{
    uint32_t shown = e->length - e->first < width(e) ? e->length - e->first : width(e);
    uint32_t column = strlen(e->prompt) + e->at - e->first;
    char move[20];

    e->write("\r", 1);
    e->write(e->prompt, strlen(e->prompt));
    e->write(e->line + e->first, shown);
    e->write("\033[K", 3);
    if (e->at == e->first + shown)
        return;
    snprintf(move, sizeof(move), column ? "\r\033[%uC" : "\r", column);
    e->write(move, strlen(move));
}

/* The cursor is somewhere else, or the line is another: the part with the cursor is shown. */
static void
changed(struct editor *e)
{
    if (e->at < e->first)
        e->first = e->at;
    if (e->length <= width(e))
        e->first = 0;
    if (e->at > e->first + width(e))
        e->first = e->at - width(e) * 3 / 4;
    edit_show(e);
}

void
edit_start(struct editor *e, const char *prompt, uint32_t columns)
{
    size_t length = strlen(prompt);

    e->columns = columns < COLUMNS_MIN ? COLUMNS_MIN : columns;
    e->prompt = length > e->columns / 2 ? prompt + length - e->columns / 2 : prompt;
    e->length = e->at = e->first = e->back = 0;
    e->escape = NOTHING;
    e->line[0] = 0;
    e->write(e->prompt, strlen(e->prompt));
}

static void
insert(struct editor *e, const char *text, size_t length)
{
    if (length > EDIT_MAX - 1 - e->length)
        length = EDIT_MAX - 1 - e->length;
    memmove(e->line + e->at + length, e->line + e->at, e->length - e->at + 1);
    memcpy(e->line + e->at, text, length);
    e->length += length;
    e->at += length;
}

void
edit_insert(struct editor *e, const char *text, size_t length)
{
    insert(e, text, length);
    changed(e);
}

/* A letter at the end, where there is room, is all that changes. */
static void
type(struct editor *e, char key)
{
    bool last = e->at == e->length && e->at - e->first < width(e) && e->length < EDIT_MAX - 1;

    insert(e, &key, 1);
    if (last)
        e->write(&key, 1);
    else
        changed(e);
}

static void
erase(struct editor *e, uint32_t from, uint32_t to)
{
    memmove(e->line + from, e->line + to, e->length - to + 1);
    e->length -= to - from;
    e->at = from;
    changed(e);
}

static void
move(struct editor *e, uint32_t at)
{
    e->at = at;
    changed(e);
}

/* Where the word begins that is before the cursor. */
static uint32_t
word_begin(const struct editor *e)
{
    uint32_t at = e->at;

    while (at > 0 && e->line[at - 1] == ' ')
        at--;
    while (at > 0 && e->line[at - 1] != ' ')
        at--;
    return at;
}

/* Another line of the history, or the new one, 0 lines back. */
static void
go_back(struct editor *e, uint32_t back)
{
    const char *line = back ? history_line(back) : e->kept;

    if (!line)
        return;
    if (e->back == 0)
        strlcpy(e->kept, e->line, sizeof(e->kept));
    e->back = back;
    strlcpy(e->line, line, sizeof(e->line));
    e->length = e->at = strlen(e->line);
    e->first = 0;
    changed(e);
}

/* What a control sequence ended with. */
static void
sequence(struct editor *e, char key)
{
    if (key == '~')
        key = e->number == 1 || e->number == 7 ? 'H' : e->number == 4 || e->number == 8 ? 'F' : e->number == 3 ? 'X' : 0;
    if (key == 'A')
        go_back(e, e->back + 1);
    else if (key == 'B' && e->back > 0)
        go_back(e, e->back - 1);
    else if (key == 'C' && e->at < e->length)
        move(e, e->at + 1);
    else if (key == 'D' && e->at > 0)
        move(e, e->at - 1);
    else if (key == 'H')
        move(e, 0);
    else if (key == 'F')
        move(e, e->length);
    else if (key == 'X' && e->at < e->length)
        erase(e, e->at, e->at + 1);
}

/* Is this key the next one of a control sequence?  One that cannot be ends it. */
static bool
escape(struct editor *e, char key)
{
    uint8_t before = e->escape;

    e->escape = NOTHING;
    if (key == KEY('[')) {
        e->escape = ESCAPE;
        e->number = 0;
    } else if ((unsigned char)key < ' ' || before == NOTHING) {
        return false;
    } else if (before == ESCAPE && (key == '[' || key == 'O')) {
        e->escape = SEQUENCE;
    } else if (before == SEQUENCE && key >= ' ' && key < '@') {
        e->escape = SEQUENCE;
        if (key >= '0' && key <= '9')
            e->number = (e->number * 10 + key - '0') % 1000;
    } else if (before == SEQUENCE) {
        sequence(e, key);
    }
    return true;
}

static void
clear_screen(struct editor *e)
{
    e->write("\033[H\033[2J", 7);
    edit_show(e);
}

/* Keys with Ctrl that change the line. */
static void
control(struct editor *e, char key)
{
    if (key == KEY('A') || key == KEY('E'))
        move(e, key == KEY('A') ? 0 : e->length);
    else if (key == KEY('P') || key == KEY('B') || key == KEY('F') || key == KEY('N'))
        sequence(e, key == KEY('P') ? 'A' : key == KEY('N') ? 'B' : key == KEY('F') ? 'C' : 'D');
    else if (key == KEY('K'))
        erase(e, e->at, e->length);
    else if (key == KEY('U'))
        erase(e, 0, e->at);
    else if (key == KEY('W'))
        erase(e, word_begin(e), e->at);
    else if ((key == KEY('H') || key == KEY_DELETE) && e->at > 0)
        erase(e, e->at - 1, e->at);
    else if (key == KEY('D') && e->at < e->length)
        erase(e, e->at, e->at + 1);
    else if (key == KEY('L'))
        clear_screen(e);
    else if (key == KEY('I'))
        complete(e);
}

enum edit_result
edit_key(struct editor *e, char key)
{
    if (escape(e, key))
        return EDIT_ON;
    if (key == '\r' || key == '\n' || key == KEY('C') || (key == KEY('D') && e->length == 0)) {
        e->write("\n", 1);
        return key == KEY('C') ? EDIT_CANCEL : key == KEY('D') ? EDIT_END : EDIT_LINE;
    }
    if ((unsigned char)key < ' ' || key == KEY_DELETE)
        control(e, key);
    else
        type(e, key);
    return EDIT_ON;
}
