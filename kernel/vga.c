/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The VGA text screen, 80 by 25: a mirror of the console.  Mode 3 is set here
 * (not every loader leaves it so); the values are those of the IBM VGA BIOS,
 * as in the register lists of the IBM PS/2 Hardware Interface Technical
 * Reference, "Video Subsystem".
 */
#include "memory.h"
#include "x86.h"

#define COLUMNS 80
#define ROWS    25
#define BLANK   0x0720 /* a space, light grey on black */

#define MISC_WRITE      0x3c2
#define SEQUENCER       0x3c4
#define GRAPHICS        0x3ce
#define CRT             0x3d4
#define ATTRIBUTE       0x3c0
#define ATTRIBUTE_RESET 0x3da /* read: the next write to ATTRIBUTE is an index */

#define MISC_MODE_3    0x67
#define ATTRIBUTE_SHOW 0x20
#define CRT_UNLOCK     0x11 /* bit 7 protects registers 0 to 7 */
#define CRT_CURSOR     0x0e

static const uint8_t sequencer[] = {0x03, 0x00, 0x03, 0x00, 0x02};
static const uint8_t crt[] = {
    0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0x00, 0x4f, 0x0d, 0x0e, 0x00,
    0x00, 0x00, 0x00, 0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff,
};
static const uint8_t graphics[] = {0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0e, 0x00, 0xff};
static const uint8_t attribute[] = {
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3a,
    0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x0c, 0x00, 0x0f, 0x08, 0x00,
};

static uint16_t *const screen = (uint16_t *)(KERNEL_BASE + VGA_TEXT);
static unsigned row, column;
static bool left;

static void
set(uint16_t port, uint8_t index, uint8_t value)
{
    outb(port, index);
    outb(port + 1, value);
}

static void
set_all(uint16_t port, const uint8_t *values, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        set(port, i, values[i]);
}

static void
set_mode_3(void)
{
    outb(MISC_WRITE, MISC_MODE_3);
    set_all(SEQUENCER, sequencer, sizeof(sequencer));
    set(CRT, CRT_UNLOCK, 0x0e);
    set_all(CRT, crt, sizeof(crt));
    set_all(GRAPHICS, graphics, sizeof(graphics));
    for (unsigned i = 0; i < sizeof(attribute); i++) {
        inb(ATTRIBUTE_RESET);
        outb(ATTRIBUTE, i);
        outb(ATTRIBUTE, attribute[i]);
    }
    inb(ATTRIBUTE_RESET);
    outb(ATTRIBUTE, ATTRIBUTE_SHOW);
}

static void
show_cursor(void)
{
    unsigned at = row * COLUMNS + column;

    set(CRT, CRT_CURSOR, at >> 8);
    set(CRT, CRT_CURSOR + 1, at & 0xff);
}

static void
clear_row(unsigned y)
{
    for (unsigned x = 0; x < COLUMNS; x++)
        screen[y * COLUMNS + x] = BLANK;
}

void
vga_init(void)
{
    set_mode_3();
    for (unsigned y = 0; y < ROWS; y++)
        clear_row(y);
    row = column = 0;
    left = false;
    show_cursor();
}

static void
new_line(void)
{
    column = 0;
    if (++row < ROWS)
        return;
    row = ROWS - 1;
    memmove(screen, screen + COLUMNS, (ROWS - 1) * COLUMNS * sizeof(*screen));
    clear_row(row);
}

static void
put(char c)
{
    if (c == '\n')
        new_line();
    if ((uint8_t)c < ' ')
        return;
    screen[row * COLUMNS + column] = (BLANK & 0xff00) | (uint8_t)c;
    if (++column == COLUMNS)
        new_line();
}

/* A program draws on the screen from now on; a panic takes it back. */
void
vga_leave(void)
{
    left = true;
}

void
vga_take_back(void)
{
    if (left)
        vga_init();
}

void
vga_write(const char *text, size_t size)
{
    if (left)
        return;
    for (size_t i = 0; i < size; i++)
        put(text[i]);
    show_cursor();
}
