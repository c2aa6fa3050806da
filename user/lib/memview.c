/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A picture of all memory on the VGA screen, 80 by 25 characters: above, RAM
 * from address 0 up, each character some frames and whose they are; below,
 * what each process has mapped.
 */
#include "memview.h"

#include "text.h"

#define SCREEN   0x50000000u /* where it is mapped */
#define PHYSICAL 0xb8000
#define COLUMNS  80
#define ROWS     25
#define MAP_ROW  3
#define MAP_ROWS 9
#define CELLS    (MAP_ROWS * COLUMNS)
#define LIST_ROW (MAP_ROW + MAP_ROWS + 2)
#define NAME_END 8

#define GREY  0x07
#define DARK  0x08
#define WHITE 0x0f

/* For the root process and up to nine others. */
static const uint8_t colours[] = {0x0b, 0x0e, 0x0a, 0x0d, 0x0c, 0x09, 0x06, 0x02, 0x03, 0x05};

static char cells[CELLS];
static uint32_t frames_per_cell;
static struct frame_view frames;

static void
put(unsigned row, unsigned column, char c, uint8_t colour)
{
    if (row < ROWS && column < COLUMNS)
        ((volatile uint16_t *)SCREEN)[row * COLUMNS + column] = (uint16_t)(colour << 8 | (uint8_t)c);
}

/* The text, and blanks up to the end of the row. */
static void
put_line(unsigned row, unsigned column, uint8_t colour, const char *text)
{
    for (; column < COLUMNS; column++)
        put(row, column, *text ? *text++ : ' ', colour);
}

struct result
memview_open(void)
{
    struct result r = memory_device(DESCRIPTOR_ROOT, SCREEN, 1, MEMORY_WRITABLE, PHYSICAL);

    for (unsigned row = 0; row < ROWS && !r.error; row++)
        put_line(row, 0, GREY, "");
    return r;
}

void
memview_close(void)
{
    memory_unmap(DESCRIPTOR_ROOT, SCREEN, 1);
}

/* The frames behind the last RAM do not count. */
static uint32_t
count_frames(void)
{
    uint32_t end = 0;

    for (uint32_t first = 0; first < 1u << 20; first += FRAMES_MAX) {
        uint32_t known = end;

        frames_query(first, FRAMES_MAX, &frames);
        for (uint32_t i = 0; i < FRAMES_MAX; i++)
            if (frames.users[i] != FRAME_NO_RAM)
                end = first + i + 1;
        if (end == known && first > 1 << 10)
            break;
    }
    return end;
}

/* Free, the kernel's, or no RAM: what no process has mapped. */
static void
mark_frames(uint32_t count)
{
    memset(cells, ' ', CELLS);
    for (uint32_t first = 0; first < count; first += FRAMES_MAX) {
        frames_query(first, FRAMES_MAX, &frames);
        for (uint32_t i = 0; i < FRAMES_MAX && first + i < count; i++) {
            char *cell = &cells[(first + i) / frames_per_cell];

            if (frames.users[i] && frames.users[i] != FRAME_NO_RAM)
                *cell = 'K';
            else if (frames.users[i] == 0 && *cell == ' ')
                *cell = '.';
        }
    }
}

static void
mark_page(uint32_t page, char owner)
{
    uint32_t number = (page & MEMORY_FRAME) / 4096 / frames_per_cell;
    char *cell = &cells[number];

    if (!(page & MEMORY_DEVICE) && number < CELLS)
        *cell = *cell == 'K' || *cell == '.' || *cell == owner ? owner : '+';
}

/* One stretch of pages with the same rights, as text. */
static unsigned
put_stretch(unsigned row, unsigned column, uint32_t address, uint32_t pages, uint32_t page)
{
    char text[24];

    snprintf(text, sizeof(text), "%05x %u%s", address / 4096, pages,
             page & MEMORY_DEVICE ? "d" : page & MEMORY_WRITABLE ? "w" : "r");
    for (const char *c = text; *c; c++)
        put(row, column++, *c, page & MEMORY_WRITABLE ? WHITE : GREY);
    return column + 2;
}

static bool
same_rights(uint32_t a, uint32_t b)
{
    const uint32_t rights = MEMORY_MAPPED | MEMORY_WRITABLE | MEMORY_DEVICE;

    return (a & rights) == (b & rights);
}

/* Goes through all that a process has mapped: marks its frames, lists it in a row from `column` on. */
static void
draw_mapped(uint32_t process, char owner, unsigned row, unsigned column)
{
    struct memory_view view;
    uint32_t start = 0, end = 0, what = 0;
    struct result r = memory_query(process, 4096, 1, &view);

    for (uint32_t at = view.page[0] ? 4096 : r.value; at && !r.error; at = view.next) {
        r = memory_query(process, at, 1, &view);
        if (at != end || !same_rights(view.page[0], what)) {
            column = what ? put_stretch(row, column, start, (end - start) / 4096, what) : column;
            start = at;
            what = view.page[0];
        }
        mark_page(view.page[0], owner);
        end = at + 4096;
    }
    if (what)
        put_stretch(row, column, start, (end - start) / 4096, what);
}

static uint8_t
colour_of(char owner)
{
    if (owner == 'r')
        return colours[0];
    if (owner >= '1' && owner <= '9')
        return colours[owner - '0'];
    return owner == '.' ? DARK : owner == '+' ? WHITE : GREY;
}

static void
draw_process(uint32_t process, char owner, const char *name, unsigned row)
{
    put_line(row, 0, GREY, "");
    put(row, 0, owner, colour_of(owner));
    for (unsigned column = 2; *name && *name != '.' && *name != ' ' && column < NAME_END; name++)
        put(row, column++, *name, colour_of(owner));
    draw_mapped(process, owner, row, NAME_END + 1);
}

static void
draw_cells(void)
{
    for (unsigned i = 0; i < CELLS; i++)
        put(MAP_ROW + i / COLUMNS, i % COLUMNS, cells[i], colour_of(cells[i]));
}

void
memview_draw(const struct memview *shown, uint32_t count)
{
    uint32_t all = count_frames();
    char text[COLUMNS + 1];

    frames_per_cell = (all + CELLS - 1) / CELLS;
    mark_frames(all);
    snprintf(text, sizeof(text), "%u MiB of memory, %u KiB free", (all + 255) / 256, frames.free * 4);
    put_line(0, 0, WHITE, text);
    snprintf(text, sizeof(text), "A character is %u KiB: K the kernel's, + of several, . free", frames_per_cell * 4);
    put_line(1, 0, GREY, text);
    put_line(LIST_ROW - 1, 0, GREY, "What each process has mapped: where, pages, r read or w write or d device");
    draw_process(DESCRIPTOR_ROOT, 'r', "root", LIST_ROW);
    for (uint32_t i = 0; i < count && i < 9; i++)
        draw_process(shown[i].process, '1' + i, shown[i].name, LIST_ROW + 1 + i);
    draw_cells();
}
