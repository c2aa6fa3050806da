/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines and what is typed ahead: see line.h.
 */
#include "line.h"

#include "string.h"

#define CTRL(c) ((c) & 0x1f)
#define ESC     0x1b
#define DEL     0x7f

#define TAKE_BACK "\b \b"

enum { NO_ESCAPE, AFTER_ESCAPE, IN_SEQUENCE };

static bool
is_control(uint8_t c)
{
    return c < ' ' || c == DEL;
}

/* A byte of UTF-8 that belongs to the character that began before it. */
static bool
is_inner(uint8_t c)
{
    return (c & 0xc0) == 0x80;
}

/* Control characters are shown as ^A, ^B and so on. */
static void
show(struct line *l, uint8_t c)
{
    char text[2] = {'^', c ^ 0x40};

    if (is_control(c))
        l->show(l, text, 2);
    else
        l->show(l, (const char *)&c, 1);
}

static void
take_back(struct line *l)
{
    uint8_t c;

    do {
        c = l->text[--l->size];
    } while (is_inner(c) && l->size > 0);
    for (int columns = is_control(c) ? 2 : 1; columns; columns--)
        l->show(l, TAKE_BACK, 3);
}

static bool
ends_with_space(const struct line *l)
{
    return l->text[l->size - 1] == ' ';
}

static void
take_back_word(struct line *l)
{
    while (l->size > 0 && ends_with_space(l))
        take_back(l);
    while (l->size > 0 && !ends_with_space(l))
        take_back(l);
}

/* The last place is for the line's end. */
static void
add(struct line *l, uint8_t c)
{
    if (l->size == TEXT_MAX - 1) {
        l->show(l, "\a", 1);
        return;
    }
    l->text[l->size++] = c;
    show(l, c);
}

static void
enter(struct line *l)
{
    l->text[l->size++] = '\n';
    l->complete = true;
    l->show(l, "\n", 1);
}

/* Does this key belong to a sequence, as that of an arrow?  Lines have no use for those. */
static bool
is_escape(struct line *l, uint8_t c)
{
    if (c == ESC)
        l->escape = AFTER_ESCAPE;
    else if (is_control(c))
        l->escape = NO_ESCAPE;
    else if (l->escape == AFTER_ESCAPE)
        l->escape = c == '[' || c == 'O' ? IN_SEQUENCE : NO_ESCAPE;
    else if (l->escape == IN_SEQUENCE)
        l->escape = c < '@' ? IN_SEQUENCE : NO_ESCAPE;
    else
        return false;
    return c == ESC || !is_control(c);
}

static void
edit(struct line *l, uint8_t c)
{
    if (is_escape(l, c))
        return;
    if (c == '\n')
        enter(l);
    else if (c == CTRL('D'))
        l->complete = true;
    else if (c == CTRL('U'))
        while (l->size > 0)
            take_back(l);
    else if (c == CTRL('W'))
        take_back_word(l);
    else if (c != CTRL('H') && c != DEL)
        add(l, c);
    else if (l->size > 0)
        take_back(l);
}

static void
forget_line(struct line *l)
{
    l->size = 0;
    l->complete = false;
    l->escape = NO_ESCAPE;
}

static uint8_t
next_key(struct line *l)
{
    uint8_t c = l->typed[l->first];

    l->first = (l->first + 1) % TYPED_MAX;
    l->count--;
    return c;
}

void
line_type(struct line *l, uint8_t c)
{
    if (l->count < TYPED_MAX)
        l->typed[(l->first + l->count++) % TYPED_MAX] = c == '\r' ? '\n' : c;
}

void
line_drop(struct line *l)
{
    forget_line(l);
    l->count = 0;
    l->show(l, "^C\n", 3);
}

enum line_state
line_edit(struct line *l)
{
    while (!l->complete && l->count > 0) {
        uint8_t c = next_key(l);

        if (c == CTRL('C')) {
            forget_line(l);
            l->show(l, "^C\n", 3);
            return LINE_INTERRUPT;
        }
        edit(l, c);
    }
    return l->complete ? LINE_COMPLETE : LINE_OPEN;
}

/* Of a line that is not complete a raw reader gets what there is. */
uint32_t
line_read(const struct line *l, bool raw, void *to, uint32_t size)
{
    uint32_t count = 0, keys = raw ? l->count : 0;
    uint8_t *byte = to;

    for (uint32_t i = 0; i < l->size && count < size; i++)
        byte[count++] = l->text[i];
    for (uint32_t i = 0; i < keys && count < size; i++)
        byte[count++] = l->typed[(l->first + i) % TYPED_MAX];
    return count;
}

void
line_taken(struct line *l, uint32_t count)
{
    uint32_t of_line = l->size < count ? l->size : count;

    l->size -= of_line;
    memmove(l->text, l->text + of_line, l->size);
    l->first = (l->first + count - of_line) % TYPED_MAX;
    l->count -= count - of_line;
    if (l->size == 0)
        forget_line(l);
}
