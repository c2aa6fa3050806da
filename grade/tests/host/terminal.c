/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The window manager's parts that know no doors, on the host.  The word after the name says which; what
 * they are to do comes in, and what came of it goes out:
 *
 *   screen  { uint32_t size; bytes } ...   -> its cells, then a struct outcome, of each from a new screen on
 *   line    see line_command()
 *   keys    scan codes                     -> of each { window, size, bytes }
 *   status  { uint32_t shown, unseen } ... -> the cells of the line
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wm/keys.h"
#include "wm/line.h"
#include "wm/screen.h"

void status_draw(uint16_t *cell, uint32_t shown, uint32_t unseen);

static void
get(void *to, size_t size)
{
    if (fread(to, 1, size, stdin) != size)
        abort();
}

static void
put(const void *from, size_t size)
{
    fwrite(from, 1, size, stdout);
}

struct outcome {
    uint8_t x, y, full, hidden;
    uint32_t changed; /* rows, by the last byte */
};

static void
screen_dump(const struct screen *s, uint32_t changed)
{
    struct outcome outcome = {s->cursor.x, s->cursor.y, s->cursor.full, s->hidden, changed};

    for (uint32_t y = 0; y < ROWS; y++)
        put(screen_row(s, y), COLUMNS * sizeof(uint16_t));
    put(&outcome, sizeof(outcome));
}

/* On the heap, where a sanitizer sees what is beside it; the last byte comes alone. */
static void
screen_try(uint32_t size)
{
    struct screen *s = malloc(sizeof(*s));
    uint8_t *bytes = malloc(size);

    get(bytes, size);
    memset(s, 0xa5, sizeof(*s));
    screen_reset(s);
    screen_write(s, bytes, size - 1);
    s->changed = 0;
    screen_write(s, bytes + size - 1, 1);
    screen_dump(s, s->changed);
    free(bytes);
    free(s);
}

static void
screens(void)
{
    for (uint32_t size; fread(&size, sizeof(size), 1, stdin);)
        screen_try(size);
}

static void
show(struct line *line, const char *text, uint32_t size)
{
    (void)line;
    putchar('s');
    put(&size, sizeof(size));
    put(text, size);
}

static void
line_give(struct line *l, uint32_t room, bool raw, bool take)
{
    uint8_t *bytes = malloc(room);
    uint32_t count = line_read(l, raw, bytes, room);

    putchar('r');
    put(&count, sizeof(count));
    put(bytes, count);
    if (take)
        line_taken(l, count);
    free(bytes);
}

/*
 * t c: c is typed.  e: edit; "e" and the state comes out.  c n, r n: n bytes are read from a line, or raw; C n, R n: and
 * taken.  d: dropped.  n: a new one.  What is shown comes out as "s", what is read as "r", with uint32_t size before it.
 */
static void
line_command(struct line *l, int command)
{
    uint32_t room;

    if (command == 't')
        line_type(l, getchar());
    else if (command == 'e')
        printf("e%c", line_edit(l));
    else if (command == 'd')
        line_drop(l);
    else if (command == 'n')
        *l = (struct line){.show = show};
    else {
        get(&room, sizeof(room));
        line_give(l, room, command == 'r' || command == 'R', command == 'R' || command == 'C');
    }
}

static void
lines(void)
{
    struct line *l = calloc(1, sizeof(*l));

    l->show = show;
    for (int command; (command = getchar()) != EOF;)
        line_command(l, command);
    free(l);
}

static void
keys(void)
{
    struct keyboard k = {0};

    for (int code; (code = getchar()) != EOF;) {
        struct key key = keyboard_key(&k, code);

        putchar(key.window);
        putchar(key.size);
        put(key.text, key.size);
    }
}

static void
statuses(void)
{
    uint16_t *cell = malloc(COLUMNS * sizeof(*cell));

    for (uint32_t words[2]; fread(words, sizeof(words), 1, stdin);) {
        status_draw(cell, words[0], words[1]);
        put(cell, COLUMNS * sizeof(*cell));
    }
    free(cell);
}

int
main(int count, char **words)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } parts[] = {{"screen", screens}, {"line", lines}, {"keys", keys}, {"status", statuses}};

    for (unsigned i = 0; count == 2 && i < sizeof(parts) / sizeof(*parts); i++)
        if (strcmp(words[1], parts[i].name) == 0)
            parts[i].run();
    return 0;
}
