/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a window shows: its cells, and the terminal that writes them.  It knows no doors: bytes come in,
 * cells are there to be drawn.
 *
 * The terminal is a VT100 as far as this goes; the rest of its sequences are skipped.  n is 1 if it is
 * not given or 0.  ESC [ is written CSI.
 *
 *   BS CR TAB LF      LF goes to the beginning of the next row; BS goes from the first column to the row above
 *   ESC 7, ESC 8      save the cursor and the colours; restore them (CSI s, CSI u too)
 *   ESC D, E, M, c    a row down, scrolling; the same, to its beginning; a row up, scrolling; reset
 *   CSI n A B C D     up, down, right, left
 *   CSI n E F         to the beginning of the row n below, above
 *   CSI n G, CSI n d  to column n; to row n
 *   CSI r ; c H or f  to row r, column c, of which the first is 1
 *   CSI n J, CSI n K  clear the screen, the row: behind the cursor (0), before it (1), all (2)
 *   CSI n L, CSI n M  insert, delete rows
 *   CSI n @ P X       insert, delete, clear characters
 *   CSI n S, CSI n T  scroll up, down
 *   CSI t ; b r       scroll only from row t to row b
 *   CSI ... m         0 1 2 7 22 27, colours 30-37 39 40-47 49 90-97
 *   CSI ? 25 h or l   show, hide the cursor
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define COLUMNS 80
#define ROWS    24 /* the 25th is the status line */
#define ALL_ROWS ((1u << ROWS) - 1)

#define NORMAL 0x07 /* light grey on black, as the VGA numbers colours */

#define PARAMETERS 16

/* The colours as they are asked for; screen.attribute is what comes of them. */
struct colours {
    uint8_t text, ground;
    bool bright, reverse;
};

struct cursor {
    uint8_t x, y;
    bool full; /* the last column has been written: the next character goes to the next row */
};

struct screen {
    uint16_t cell[ROWS][COLUMNS]; /* a character, and above it its colours, as in the VGA's memory */
    uint8_t place[ROWS];          /* the row at y is cell[place[y]]: scrolling moves these */
    uint32_t changed;             /* bit y: since it was drawn */
    struct cursor cursor;
    bool hidden;                  /* the cursor */
    uint8_t top, bottom;          /* rows that scroll */
    struct colours colours;
    uint8_t attribute;
    struct {
        struct cursor cursor;
        struct colours colours;
    } saved;
    struct {
        uint8_t state;
        bool strange; /* a sequence that is to be skipped */
        bool question;
        uint8_t count;
        uint16_t value[PARAMETERS];
    } control;
};

void screen_reset(struct screen *s);

/* vt100.c: these bytes come. */
void screen_write(struct screen *s, const void *bytes, uint32_t size);

static inline const uint16_t *
screen_row(const struct screen *s, uint32_t y)
{
    return s->cell[s->place[y]];
}

/* --- screen.c, for vt100.c.  Numbers are clamped to what there is. */

void screen_put(struct screen *s, uint8_t c);
void screen_back(struct screen *s);
void screen_tab(struct screen *s);
void screen_move(struct screen *s, int32_t x, int32_t y);
void screen_up(struct screen *s, uint32_t count);
void screen_down(struct screen *s, uint32_t count);

/* A row down or up; at the edge of what scrolls it does. */
void screen_feed(struct screen *s);
void screen_feed_back(struct screen *s);

/* The rows from `first` to `last` move, and empty ones come. */
void screen_scroll_up(struct screen *s, uint32_t first, uint32_t last, uint32_t count);
void screen_scroll_down(struct screen *s, uint32_t first, uint32_t last, uint32_t count);

/* All cells from one place to the other, both included, row by row. */
void screen_clear(struct screen *s, uint32_t x, uint32_t y, uint32_t end_x, uint32_t end_y);

/* In the cursor's row, from the cursor on. */
void screen_insert(struct screen *s, uint32_t count);
void screen_delete(struct screen *s, uint32_t count);

/* control.c: CSI, the numbers in s->control, and c; ESC c; LF. */
void screen_control(struct screen *s, uint8_t c);
void screen_escape(struct screen *s, uint8_t c);
void screen_new_line(struct screen *s);

/* colours.c: CSI ... m. */
void screen_colour(struct screen *s, const uint16_t *value, uint32_t count);
