/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The terminal: bytes become characters, movements, colours.  See screen.h for what it knows.
 * (ECMA-48, and the VT100 User Guide, chapter 3.)
 *
 * A sequence is ESC and one byte, or ESC [, numbers, and one byte that says what to do.  Control characters
 * in the middle of one do what they do anywhere.
 */
#include "screen.h"

#define ESC 0x1b
#define CAN 0x18
#define SUB 0x1a
#define DEL 0x7f

#define NUMBER_MAX 9999

enum { TEXT, ESCAPE, NUMBERS };

static void
end_control(struct screen *s, uint8_t c)
{
    s->control.state = TEXT;
    if (s->control.strange)
        return;
    if (!s->control.question)
        screen_control(s, c);
    else if (s->control.value[0] == 25 && (c == 'h' || c == 'l'))
        s->hidden = c == 'l';
}

static void
begin_control(struct screen *s)
{
    s->control.state = NUMBERS;
    s->control.question = false;
    s->control.count = 1;
    s->control.value[0] = 0;
}

static void
take_number(struct screen *s, uint8_t c)
{
    uint16_t *value = &s->control.value[s->control.count - 1];

    if (c >= '0' && c <= '9')
        *value = *value * 10 + c - '0' > NUMBER_MAX ? NUMBER_MAX : *value * 10 + c - '0';
    else if (c == '?')
        s->control.question = true;
    else if (c == ';' && s->control.count < PARAMETERS)
        s->control.value[s->control.count++] = 0;
    else
        s->control.strange = true;
}

static void
end_escape(struct screen *s, uint8_t c)
{
    s->control.state = TEXT;
    if (s->control.strange)
        return;
    if (c == '[')
        begin_control(s);
    else
        screen_escape(s, c);
}

static void
take_control(struct screen *s, uint8_t c)
{
    if (c == ESC) {
        s->control.state = ESCAPE;
        s->control.strange = false;
    } else if (c == CAN || c == SUB)
        s->control.state = TEXT;
    else if (c == '\b')
        screen_back(s);
    else if (c == '\t')
        screen_tab(s);
    else if (c == '\n')
        screen_new_line(s);
    else if (c == '\r')
        screen_move(s, 0, s->cursor.y);
}

static void
take(struct screen *s, uint8_t c)
{
    if (c < ' ')
        take_control(s, c);
    else if (c == DEL)
        return;
    else if (s->control.state == TEXT)
        screen_put(s, c);
    else if (s->control.state == NUMBERS && c < '@')
        take_number(s, c);
    else if (s->control.state == NUMBERS)
        end_control(s, c);
    else if (c < '0')
        s->control.strange = true;
    else
        end_escape(s, c);
}

void
screen_write(struct screen *s, const void *bytes, uint32_t size)
{
    const uint8_t *at = bytes;

    for (uint32_t i = 0; i < size; i++)
        take(s, at[i]);
}
