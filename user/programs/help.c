/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A line about each program, or about one of them.
 */
#include "sys/inputs.h"
#include "string.h"

#define HELP     "/etc/help"
#define LINE_MAX 100

static const char *wanted; /* NULL: all */
static bool found;

static void
show(struct stream *s, const char *name)
{
    char line[LINE_MAX];
    uint32_t length = wanted ? strlen(wanted) : 0;

    (void)name;
    while (getline(s, line, sizeof(line)))
        if (!wanted || (strncmp(line, wanted, length) == 0 && line[length] == ' ')) {
            puts(line);
            found = true;
        }
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "[program]");
    char *file[] = {HELP, NULL};
    uint32_t status;

    wanted = o.operand[0];
    status = each_input(file, show);
    if (status || found)
        return status;
    fprintf(stderr, "help: %s: there is nothing about it\n", wanted);
    return 1;
}
