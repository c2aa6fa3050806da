/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shows the lines in which a text is found.
 */
#include "sys/inputs.h"

#define LINE_MAX 1000 /* of a longer line only the beginning is looked at */

static struct options o;
static const char *text;
static bool found; /* anything at all */

static char
folded(char c)
{
    return has(&o, 'i') && c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static bool
begins(const char *line, const char *with)
{
    for (; *with; line++, with++)
        if (folded(*line) != folded(*with))
            return false;
    return true;
}

static bool
contains(const char *line)
{
    for (; !begins(line, text); line++)
        if (!*line)
            return false;
    return true;
}

static void
show(const char *name, uint32_t number, const char *line)
{
    if (o.operands > 2)
        printf("%s:", name);
    if (number)
        printf("%u:", number);
    puts(line);
}

static void
search(struct stream *s, const char *name)
{
    static char line[LINE_MAX];
    char total[12];
    uint32_t count = 0;

    for (uint32_t number = 1; !stdout->error && getline(s, line, sizeof(line)); number++)
        if (contains(line) != has(&o, 'v')) {
            count++;
            if (!has(&o, 'c'))
                show(name, has(&o, 'n') ? number : 0, line);
        }
    found |= count > 0;
    if (has(&o, 'c')) {
        snprintf(total, sizeof(total), "%u", count);
        show(name, 0, total);
    }
}

/* 0 if something was found, 1 if not, 2 if there was an error. */
int
main(int argc, char **argv)
{
    o = options(argc, argv, "[-vnic] text [file ...]");
    text = o.operand[0];
    return each_input(o.operand + 1, search) ? 2 : !found;
}
