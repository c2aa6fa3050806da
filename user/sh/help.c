/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What commands there are: those of the shell, and programs, of which a file has the list.
 */
#include "builtin.h"

#include "door.h"
#include "shell.h"
#include "string.h"
#include "sys/files.h"

#define PROGRAMS "/etc/help"
#define LINE_MAX 120

static const char *const signs[] = {
    "a | b                    b reads what a writes",
    "a ; b   a && b   a || b  b after a: always, if a went well, if not",
    "a &                      a runs in the background",
    "a > f   a >> f   a < f   its output to a file; behind what is there; its input",
    "a 2> f   a 2>&1          its errors to a file; to where its output goes",
    "name=value   $name   $?  a variable; what it has; how the last command ended",
    "$0 $1 ... $# $@          of a script: its name, its words, how many, all",
    "'a $b'   \"a $b\"   a\\ b   one word, as it is; with variables; with one sign",
    "*   ?                    in names of files: any letters, one letter",
    "Tab, arrows, Ctrl-A E K U W L   change the line; Ctrl-C stops, Ctrl-D ends",
};

static void
show_builtin(struct stream *out, const struct builtin *b)
{
    size_t length = strlen(b->name) + strlen(b->words) + 1;

    fprintf(out, "%s %s", b->name, b->words);
    for (; length < 24; length++)
        putc(' ', out);
    fprintf(out, " %s\n", b->help);
}

/* Lines about programs: all of them, or the one that begins with this name.  Was there one? */
static bool
show_programs(struct stream *out, const char *name)
{
    struct result file = file_open(PROGRAMS, 0);
    size_t length = name ? strlen(name) : 0;
    char line[LINE_MAX];
    struct stream list;
    bool found = false;

    if (file.error)
        return false;
    stream_use(&list, file.value);
    while (getline(&list, line, sizeof(line)))
        if (!name || (strncmp(line, name, length) == 0 && line[length] == ' ')) {
            fprintf(out, "%s\n", line);
            found = true;
        }
    descriptor_close(file.value);
    return found;
}

static void
show_all(struct stream *out)
{
    const struct builtin *b;

    for (uint32_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
        fprintf(out, "%s\n", signs[i]);
    fputs("\nPart of the shell:\n", out);
    for (uint32_t i = 0; (b = builtin_number(i)); i++)
        show_builtin(out, b);
    fputs("\nPrograms:\n", out);
    show_programs(out, NULL);
}

uint32_t
run_help(struct stream *out, char **argv)
{
    const struct builtin *b = argv[1] ? builtin_find(argv[1]) : NULL;

    if (!argv[1]) {
        show_all(out);
        return 0;
    }
    if (b)
        show_builtin(out, b);
    else if (!show_programs(out, argv[1])) {
        wrong(argv[1], "there is nothing about it");
        return 1;
    }
    return 0;
}
