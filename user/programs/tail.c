/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last lines of files.
 */
#include "memory.h"
#include "sys/inputs.h"

static uint32_t lines = 10;

/* Where the last lines begin.  The newline at the very end ends a line, and begins none. */
static uint32_t
tail_start(const char *text, uint32_t size)
{
    uint32_t at = size, left = lines;

    if (!left)
        return size;
    for (; at > 0; at--)
        if (text[at - 1] == '\n' && at < size && --left == 0)
            break;
    return at;
}

static void
show(struct stream *s, const char *name)
{
    uint32_t size, start;
    char *text = read_all(s, &size);

    if (!text) {
        s->error = ERR_MEMORY;
        return;
    }
    (void)name;
    start = tail_start(text, size);
    putbytes(stdout, text + start, size - start);
    free(text);
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "[-n lines] [file ...]");

    large_heap();
    if (has(&o, 'n'))
        lines = o.number;
    return each_input(o.operand, show);
}
