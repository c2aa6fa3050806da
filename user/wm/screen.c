/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cells of a screen and its cursor: see screen.h.
 */
#include "screen.h"

#include "string.h"
#include "text.h"

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint16_t *
row(struct screen *s, uint32_t y)
{
    s->changed |= 1u << y;
    return s->cell[s->place[y]];
}

/* What is cleared has the colours of what would be written. */
static void
clear(struct screen *s, uint16_t *cell, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        cell[i] = s->attribute << 8 | ' ';
}

void
screen_reset(struct screen *s)
{
    *s = (struct screen){.bottom = ROWS - 1, .attribute = NORMAL, .changed = ALL_ROWS};
    screen_colour(s, (const uint16_t[]){0}, 1);
    s->saved.colours = s->colours;
    for (uint32_t y = 0; y < ROWS; y++)
        s->place[y] = y;
    screen_clear(s, 0, 0, COLUMNS - 1, ROWS - 1);
}

void
screen_move(struct screen *s, int32_t x, int32_t y)
{
    s->cursor.x = x < 0 ? 0 : least(x, COLUMNS - 1);
    s->cursor.y = y < 0 ? 0 : least(y, ROWS - 1);
    s->cursor.full = false;
}

/* Who is within the rows that scroll stays there. */
void
screen_up(struct screen *s, uint32_t count)
{
    uint32_t y = s->cursor.y, limit = y >= s->top ? s->top : 0;

    screen_move(s, s->cursor.x, y - least(count, y - limit));
}

void
screen_down(struct screen *s, uint32_t count)
{
    uint32_t y = s->cursor.y, limit = y <= s->bottom ? s->bottom : ROWS - 1;

    screen_move(s, s->cursor.x, y + least(count, limit - y));
}

void
screen_scroll_up(struct screen *s, uint32_t first, uint32_t last, uint32_t count)
{
    for (count = least(count, last - first + 1); count; count--) {
        uint8_t place = s->place[first];

        memmove(&s->place[first], &s->place[first + 1], last - first);
        s->place[last] = place;
        clear(s, s->cell[place], COLUMNS);
    }
    s->changed |= ALL_ROWS;
}

void
screen_scroll_down(struct screen *s, uint32_t first, uint32_t last, uint32_t count)
{
    for (count = least(count, last - first + 1); count; count--) {
        uint8_t place = s->place[last];

        memmove(&s->place[first + 1], &s->place[first], last - first);
        s->place[first] = place;
        clear(s, s->cell[place], COLUMNS);
    }
    s->changed |= ALL_ROWS;
}

void
screen_feed(struct screen *s)
{
    if (s->cursor.y == s->bottom)
        screen_scroll_up(s, s->top, s->bottom, 1);
    else
        screen_move(s, s->cursor.x, s->cursor.y + 1);
    s->cursor.full = false;
}

void
screen_feed_back(struct screen *s)
{
    if (s->cursor.y == s->top)
        screen_scroll_down(s, s->top, s->bottom, 1);
    else
        screen_move(s, s->cursor.x, s->cursor.y - 1);
    s->cursor.full = false;
}

void
screen_put(struct screen *s, uint8_t c)
{
    if (s->cursor.full) {
        screen_feed(s);
        s->cursor.x = 0;
    }
    row(s, s->cursor.y)[s->cursor.x] = s->attribute << 8 | c;
    if (s->cursor.x == COLUMNS - 1)
        s->cursor.full = true;
    else
        s->cursor.x++;
}

/* So that "\b \b" takes back a character wherever it is. */
void
screen_back(struct screen *s)
{
    struct cursor c = s->cursor;

    if (c.full)
        s->cursor.full = false;
    else if (c.x > 0)
        s->cursor.x--;
    else if (c.y > 0)
        screen_move(s, COLUMNS - 1, c.y - 1);
}

void
screen_tab(struct screen *s)
{
    screen_move(s, (s->cursor.x | 7) + 1, s->cursor.y);
}

void
screen_clear(struct screen *s, uint32_t x, uint32_t y, uint32_t end_x, uint32_t end_y)
{
    for (; y < end_y; y++, x = 0)
        clear(s, row(s, y) + x, COLUMNS - x);
    clear(s, row(s, y) + x, end_x + 1 - x);
}

void
screen_insert(struct screen *s, uint32_t count)
{
    uint16_t *cell = row(s, s->cursor.y) + s->cursor.x;
    uint32_t room = COLUMNS - s->cursor.x;

    count = least(count, room);
    memmove(cell + count, cell, (room - count) * sizeof(*cell));
    clear(s, cell, count);
    s->cursor.full = false;
}

void
screen_delete(struct screen *s, uint32_t count)
{
    uint16_t *cell = row(s, s->cursor.y) + s->cursor.x;
    uint32_t room = COLUMNS - s->cursor.x;

    count = least(count, room);
    memmove(cell, cell + count, (room - count) * sizeof(*cell));
    clear(s, cell + room - count, count);
    s->cursor.full = false;
}
