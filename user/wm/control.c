/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the terminal's sequences do: see screen.h.
 */
#include "screen.h"

#include <stddef.h>

static uint32_t
number(const struct screen *s, uint32_t i)
{
    return i < s->control.count ? s->control.value[i] : 0;
}

/* How many times, or from 1 on where. */
static uint32_t
times(const struct screen *s, uint32_t i)
{
    uint32_t value = number(s, i);

    return value ? value : 1;
}

static void
save(struct screen *s)
{
    s->saved.cursor = s->cursor;
    s->saved.colours = s->colours;
}

static void
restore(struct screen *s)
{
    s->cursor = s->saved.cursor;
    s->colours = s->saved.colours;
    screen_colour(s, NULL, 0);
}

void
screen_new_line(struct screen *s)
{
    screen_feed(s);
    s->cursor.x = 0;
}

/* The numbers of CSI J and CSI K: which part, behind or before the cursor, or all. */
static void
clear_screen(struct screen *s, uint32_t which)
{
    struct cursor c = s->cursor;

    if (which == 0)
        screen_clear(s, c.x, c.y, COLUMNS - 1, ROWS - 1);
    else if (which == 1)
        screen_clear(s, 0, 0, c.x, c.y);
    else if (which == 2)
        screen_clear(s, 0, 0, COLUMNS - 1, ROWS - 1);
}

static void
clear_row(struct screen *s, uint32_t which)
{
    struct cursor c = s->cursor;

    if (which <= 2)
        screen_clear(s, which == 0 ? c.x : 0, c.y, which == 1 ? c.x : COLUMNS - 1, c.y);
}

static void
clear_some(struct screen *s, uint32_t count)
{
    uint32_t x = s->cursor.x, end = x + count - 1;

    screen_clear(s, x, s->cursor.y, end < COLUMNS ? end : COLUMNS - 1, s->cursor.y);
}

static void
move_rows(struct screen *s, bool insert)
{
    if (s->cursor.y < s->top || s->cursor.y > s->bottom)
        return;
    (insert ? screen_scroll_down : screen_scroll_up)(s, s->cursor.y, s->bottom, times(s, 0));
    screen_move(s, 0, s->cursor.y);
}

static void
set_region(struct screen *s)
{
    uint32_t top = times(s, 0), bottom = number(s, 1) ? number(s, 1) : ROWS;

    if (top >= bottom || bottom > ROWS)
        return;
    s->top = top - 1;
    s->bottom = bottom - 1;
    screen_move(s, 0, 0);
}

/* The cursor goes somewhere. */
static void
moved(struct screen *s, uint8_t c)
{
    uint32_t n = times(s, 0), x = s->cursor.x, y = s->cursor.y;

    if (c == 'A' || c == 'F')
        screen_up(s, n);
    else if (c == 'B' || c == 'E')
        screen_down(s, n);
    else if (c == 'C' || c == 'D')
        screen_move(s, c == 'C' ? x + n : x - n, y);
    else if (c == 'G')
        screen_move(s, n - 1, y);
    else if (c == 'd')
        screen_move(s, x, n - 1);
    else
        screen_move(s, times(s, 1) - 1, n - 1);
    if (c == 'E' || c == 'F')
        s->cursor.x = 0;
}

void
screen_control(struct screen *s, uint8_t c)
{
    switch (c) {
    case 'A' ... 'H':
    case 'd':
    case 'f':
        return moved(s, c);
    case 'J':
        return clear_screen(s, number(s, 0));
    case 'K':
        return clear_row(s, number(s, 0));
    case 'L':
    case 'M':
        return move_rows(s, c == 'L');
    case '@':
        return screen_insert(s, times(s, 0));
    case 'P':
        return screen_delete(s, times(s, 0));
    case 'X':
        return clear_some(s, times(s, 0));
    case 'S':
        return screen_scroll_up(s, s->top, s->bottom, times(s, 0));
    case 'T':
        return screen_scroll_down(s, s->top, s->bottom, times(s, 0));
    case 'm':
        return screen_colour(s, s->control.value, s->control.count);
    case 'r':
        return set_region(s);
    case 's':
        return save(s);
    case 'u':
        return restore(s);
    }
}

void
screen_escape(struct screen *s, uint8_t c)
{
    if (c == '7')
        save(s);
    else if (c == '8')
        restore(s);
    else if (c == 'D')
        screen_feed(s);
    else if (c == 'E')
        screen_new_line(s);
    else if (c == 'M')
        screen_feed_back(s);
    else if (c == 'c')
        screen_reset(s);
}
