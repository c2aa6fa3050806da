/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The VGA's text screen: the window that is shown, the status line, and the cursor.
 * (IBM PS/2 Hardware Interface Technical Reference, "Video Subsystem".)
 */
#include "wm.h"

#include "sys/manager.h"
#include "uart.h"

#define VGA_TEXT  0xb8000
#define VGA_PAGES 8
#define VGA_AT    0x0c000000 /* in this program's memory */

#define CRT        0x3d4
#define CRT_CURSOR 0x0e /* where it is; the lower byte is the next one */

#define NOWHERE (COLUMNS * (ROWS + 1)) /* a place for the cursor below the screen */

static volatile uint16_t *memory; /* NULL: there is none */
static uint16_t drawn[ROWS + 1][COLUMNS]; /* what it has */
static uint32_t shown = 1, cursor = NOWHERE;

/* The memory is slow: only what has changed goes there. */
static void
draw_row(uint32_t y, const uint16_t *cell)
{
    for (uint32_t x = 0; x < COLUMNS; x++)
        if (drawn[y][x] != cell[x])
            memory[y * COLUMNS + x] = drawn[y][x] = cell[x];
}

static void
move_cursor(uint32_t to)
{
    if (to == cursor)
        return;
    cursor = to;
    for (int i = 0; i < 2; i++) {
        outb(CRT, CRT_CURSOR + i);
        outb(CRT + 1, to >> (8 - 8 * i));
    }
}

static void
draw_status(void)
{
    static uint32_t told_shown, told_unseen;
    uint16_t cell[COLUMNS];

    if (shown == told_shown && windows_unseen() == told_unseen)
        return;
    told_shown = shown;
    told_unseen = windows_unseen();
    status_draw(cell, told_shown, told_unseen);
    draw_row(ROWS, cell);
}

static void
draw_window(struct screen *s)
{
    for (uint32_t y = 0; y < ROWS; y++)
        if (s->changed >> y & 1)
            draw_row(y, screen_row(s, y));
    s->changed = 0;
    move_cursor(s->hidden ? NOWHERE : s->cursor.y * COLUMNS + s->cursor.x);
}

void
display_update(void)
{
    struct window *w = window_find(shown);

    w->unseen = false;
    if (!memory)
        return;
    draw_window(&w->screen);
    draw_status();
}

/* Nothing is known about what the memory has, and a zero is on no screen of ours. */
void
display_open(void)
{
    if (ports_use(CRT, 2).error || device_map(VGA_AT, VGA_PAGES, VGA_TEXT).error)
        return;
    memory = (volatile uint16_t *)VGA_AT;
    for (uint32_t i = 0; i < COLUMNS * (ROWS + 1); i++)
        memory[i] = 0;
}

uint32_t
display_shown(void)
{
    return shown;
}

void
display_show(uint32_t number)
{
    shown = number;
    window_find(number)->screen.changed = ALL_ROWS;
}
