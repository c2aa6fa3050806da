/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line below the windows: which one is shown, and in which others something new is.
 */
#include "wm.h"

#include "text.h"

#define LINE   0x70 /* black on light grey */
#define SHOWN  0x0f /* white on black */
#define UNSEEN 0x74 /* red on light grey */

#define NAME_WIDTH 5
#define TITLE      "Lintel "

static void
put(uint16_t *cell, uint8_t colours, const char *text)
{
    for (; *text; text++)
        *cell++ = colours << 8 | (uint8_t)*text;
}

void
status_draw(uint16_t *cell, uint32_t shown, uint32_t unseen)
{
    for (uint32_t x = 0; x < COLUMNS; x++)
        cell[x] = LINE << 8 | ' ';
    for (uint32_t n = 1; n <= WINDOWS; n++) {
        bool new = unseen >> n & 1;
        char name[] = {' ', 'F', '0' + n, new ? '*' : ' ', 0};

        put(cell + (n - 1) * NAME_WIDTH, n == shown ? SHOWN : new ? UNSEEN : LINE, name);
    }
    put(cell + COLUMNS - strlen(TITLE), LINE, TITLE);
}
