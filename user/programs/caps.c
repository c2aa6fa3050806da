/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a process may do: its descriptors, with what they name and the rights that they carry.
 */
#include "sys/calls.h"
#include "sys/child.h"
#include "sys/columns.h"
#include "sys/options.h"
#include "sys/stdio.h"

#define HEAD    "NUMBER FOR     KIND     RIGHTS"
#define OWN_MAX 255 /* of its own, all that so small a program can have */

static const char *const kinds[] = {"?", "door", "reply", "thread", "process", "machine"};

static void
show(uint32_t number, const struct look *look)
{
    bool known = look->kind < sizeof(kinds) / sizeof(kinds[0]);

    printf("%6u ", number);
    put_left(descriptor_name(number), 8);
    put_left(look->flags & LOOK_OWNER ? "own door" : kinds[known ? look->kind : 0], 9);
    put_rights(look->rights);
    putc('\n', stdout);
}

static void
show_own(void)
{
    struct look look;

    puts(HEAD);
    for (uint32_t number = 1; number <= OWN_MAX; number++)
        if (!descriptor_look(number, &look).error)
            show(number, &look);
}

/* Answers with an error if it may not look. */
static uint32_t
show_of(uint32_t process)
{
    struct look look;
    struct result r = process_find(process), at;

    if (r.error)
        return r.error;
    puts(HEAD);
    for (uint32_t next = 1; !(at = child_read_clist(r.value, next, &look)).error; next = at.value + 1)
        show(at.value, &look);
    descriptor_close(r.value);
    return at.error == ERR_NOT_FOUND ? 0 : at.error;
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "[process]");
    uint32_t process = o.operands ? number_of(o.operand[0]) : 0, error = 0;

    if (o.operands)
        error = show_of(process);
    else
        show_own();
    return error ? failed(o.operand[0], error) : 0;
}
