/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts lines, words and bytes.
 */
#include "sys/inputs.h"

struct counts {
    uint32_t lines, words, bytes;
};

static struct options o;
static struct counts total;

/* Those that were asked for; all without a wish. */
static void
show(const struct counts *c, const char *name)
{
    if (!o.letters || has(&o, 'l'))
        printf("%8u", c->lines);
    if (!o.letters || has(&o, 'w'))
        printf("%8u", c->words);
    if (!o.letters || has(&o, 'c'))
        printf("%8u", c->bytes);
    printf("%s%s\n", o.operands ? "  " : "", o.operands ? name : "");
}

static void
count(struct stream *s, const char *name)
{
    struct counts c = {0};
    bool word = false;

    for (int byte; (byte = getc(s)) >= 0; c.bytes++) {
        bool blank = byte == ' ' || (byte >= '\t' && byte <= '\r');

        c.lines += byte == '\n';
        c.words += !blank && !word;
        word = !blank;
    }
    show(&c, name);
    total = (struct counts){total.lines + c.lines, total.words + c.words, total.bytes + c.bytes};
}

int
main(int argc, char **argv)
{
    uint32_t status;

    o = options(argc, argv, "[-lwc] [file ...]");
    status = each_input(o.operand, count);
    if (o.operands > 1)
        show(&total, "total");
    return status;
}
