/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program is called with: see options.h.
 */
#include "options.h"

#include "error.h"
#include "program.h"
#include "stdio.h"
#include "string.h"

/* Kept for bad_usage() and failed(). */
static const char *program, *help;

void
bad_usage(void)
{
    fprintf(stderr, "usage: %s%s%s\n", program, *help ? " " : "", help);
    exit(2);
}

uint32_t
failed(const char *what, uint32_t error)
{
    complain(program, what, error);
    return 1;
}

uint32_t
number_of(const char *text)
{
    uint32_t value;
    const char *end = text ? parse_number(text, &value) : NULL;

    if (!end || *end)
        bad_usage();
    return value;
}

/* Where in the help the letter is, behind a "[-"; NULL if nowhere. */
static const char *
find_letter(char letter)
{
    for (const char *at = strchr(help, '['); at; at = strchr(at + 1, '['))
        for (const char *known = at + 2; at[1] == '-' && *known >= 'a' && *known <= 'z'; known++)
            if (*known == letter)
                return known;
    return NULL;
}

/* Takes one argument full of letters; its number may be the next argument.  Answers with the last one that was taken. */
static char **
take_letters(struct options *o, char **argument)
{
    for (const char *at = *argument + 1; *at; at++) {
        const char *known = find_letter(*at);

        if (!known)
            bad_usage();
        o->letters |= 1u << (*at - 'a');
        if (known[1] == ' ') {
            o->number = number_of(at[1] ? at + 1 : *++argument);
            break;
        }
    }
    return argument;
}

/* Are there as many operands as the help wants? */
static bool
right_operands(uint32_t count)
{
    uint32_t least = 0, most = 0;
    bool optional = false, any = false;

    for (const char *at = help; *at; at++) {
        if (at[0] == '[' && at[1] == '-')
            at = strchr(at, ']');
        else if (*at == '[' || *at == ']')
            optional = *at == '[';
        else if (*at == '.')
            any = true;
        else if (*at != ' ' && (at == help || at[-1] == ' ' || at[-1] == '['))
            least += !optional, most++;
    }
    return least <= count && (any || count <= most);
}

static const char *
without_folders(const char *path)
{
    for (const char *slash; (slash = strchr(path, '/')); path = slash + 1)
        ;
    return path;
}

struct options
options(int argc, char **argv, const char *usage)
{
    struct options o = {0};
    char **end = argv + argc, **at = argv + (argc > 0);

    program = argc > 0 ? without_folders(argv[0]) : "?";
    help = usage;
    for (; at < end && at[0][0] == '-' && at[0][1]; at++) {
        if (strcmp(*at, "--") == 0) {
            at++;
            break;
        }
        at = take_letters(&o, at);
    }
    o.operand = at;
    o.operands = end - at;
    if (!right_operands(o.operands))
        bad_usage();
    return o;
}
