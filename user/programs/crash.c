/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does what no program should, so that one can see what becomes of it.
 */
#include "sys/options.h"
#include "string.h"
#include "text.h"

#define NOWHERE 0x50000000u

static void
read_null(void)
{
    (void)*(volatile uint32_t *)NULL;
}

/* Each call needs more of the stack; the page below it is never there. */
static void
fill_stack(void)
{
    volatile char room[1000];

    room[0] = 1;
    if (room[0])
        fill_stack();
    room[0] = 0;
}

static void
jump(void)
{
    ((void (*)(void))NOWHERE)();
}

static void
divide(void)
{
    volatile uint32_t number = 1000, zero = 0;

    number = number / zero;
}

static const struct {
    const char *name;
    void (*crash)(void);
} ways[] = {{"null", read_null}, {"stack", fill_stack}, {"exec", jump}, {"divide", divide}};

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "null/stack/exec/divide");

    for (uint32_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        if (strcmp(o.operand[0], ways[i].name) == 0)
            ways[i].crash();
    bad_usage();
}
