/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Puts lines in order: of the alphabet, or with -n of the numbers that they begin with; with -r the other way round.
 */
#include "memory.h"
#include "string.h"
#include "sys/inputs.h"
#include "sys/sort.h"

static struct options o;
static void **lines;
static uint32_t count, room;

static int
compare(const void *a, const void *b)
{
    uint32_t x = 0, y = 0;
    int order = 0;

    if (has(&o, 'n')) {
        parse_number(a, &x);
        parse_number(b, &y);
        order = (x > y) - (x < y);
    }
    if (!order)
        order = strcmp(a, b);
    return has(&o, 'r') ? -order : order;
}

static bool
add(char *line)
{
    if (count == room) {
        void **more = realloc(lines, (room = 2 * room + 64) * sizeof(*lines));

        if (!more)
            return false;
        lines = more;
    }
    lines[count++] = line;
    return true;
}

/* Cuts the text into lines.  A zero in it ends what is seen of a line. */
static void
collect(struct stream *s, const char *name)
{
    uint32_t size, start = 0;
    char *text = read_all(s, &size);
    bool fits = text != NULL;

    (void)name;
    for (uint32_t at = 0; fits && at <= size; at++)
        if (at == size ? at > start : text[at] == '\n') {
            text[at] = 0;
            fits = add(text + start);
            start = at + 1;
        }
    if (!fits)
        s->error = ERR_MEMORY;
}

int
main(int argc, char **argv)
{
    uint32_t status;

    o = options(argc, argv, "[-nr] [file ...]");
    large_heap();
    status = each_input(o.operand, collect);
    sort_pointers(lines, count, compare);
    for (uint32_t i = 0; i < count && !stdout->error; i++)
        puts(lines[i]);
    return status;
}
