/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell's text parts from outside:
 *
 *     sh_show parse TEXT             the tree, in brackets
 *     sh_show expand WORDS [PARAMETER]...   what the words become, one a line; variables are those of the environment
 *     sh_show edit PROMPT COLUMNS    keys come on stdin; what is shown goes to stdout, each line that is done to stderr
 *
 * Directories are those of the host, below the current one.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sh/complete.h"
#include "sh/edit.h"
#include "sh/expand.h"
#include "sh/glob.h"
#include "sh/history.h"
#include "sh/parse.h"
#include "sh/variables.h"

extern char **environ;

#define DIRECTORIES 20

static DIR *directories[DIRECTORIES];

uint32_t
names_open(const char *path)
{
    uint32_t i = 1;

    while (directories[i])
        i++;
    directories[i] = opendir(*path ? path : ".");
    return directories[i] ? i : 0;
}

bool
names_read(uint32_t directory, uint32_t index, char name[GLOB_NAME_MAX], bool *is_directory)
{
    struct dirent *entry;

    if (index == 0)
        rewinddir(directories[directory]);
    do {
        entry = readdir(directories[directory]);
    } while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    if (!entry)
        return false;
    snprintf(name, GLOB_NAME_MAX, "%s", entry->d_name);
    *is_directory = entry->d_type == DT_DIR;
    return true;
}

void
names_close(uint32_t directory)
{
    if (!directory)
        return;
    closedir(directories[directory]);
    directories[directory] = NULL;
}

const char *
builtin_name(uint32_t index)
{
    static const char *const names[] = {"cd", "exit", "export"};

    return index < 3 ? names[index] : NULL;
}

static void
show_command(const struct command *c)
{
    static const char *const signs[] = {"<", ">", ">>", ">&"};
    const char *space = "";

    for (const struct word *w = c->assignments; w; w = w->next, space = " ")
        printf("%s=(%s)", space, w->text);
    for (const struct word *w = c->words; w; w = w->next, space = " ")
        printf("%s(%s)", space, w->text);
    for (const struct redirect *r = c->redirects; r; r = r->next, space = " ") {
        printf("%s%u%s", space, r->number, signs[r->kind]);
        if (r->kind == REDIRECT_SAME)
            printf("%u", r->same);
        else
            printf("(%s)", r->word);
    }
}

static void
show_list(const struct list *list)
{
    static const char *const signs[] = {"", " && ", " || "};

    printf("[");
    for (const struct pipeline *p = list->pipelines; p; p = p->next) {
        printf("%s", signs[p->when]);
        for (const struct command *c = p->commands; c; c = c->next) {
            show_command(c);
            printf("%s", c->next ? " | " : "");
        }
    }
    printf("]");
    if (list->background)
        printf("&{%s}", list->text);
}

static int
show_parsed(const char *text)
{
    static const char *const results[] = {"", "more: ", "wrong: "};
    struct pool pool = {0};
    struct parsed parsed;
    enum parse_result result = parse(&pool, text, 1, &parsed);

    for (const struct list *list = parsed.lists; list; list = list->next)
        show_list(list);
    if (result != PARSE_DONE)
        printf("%s%u: %s", results[result], parsed.line, parsed.why);
    printf("\n");
    pool_free(&pool);
    return 0;
}

static int
show_expanded(const char *text)
{
    struct pool pool = {0};
    struct parsed parsed;
    struct word *words = NULL;
    const char *why;

    if (parse(&pool, text, 1, &parsed) != PARSE_DONE)
        return 1;
    why = expand_words(&pool, parsed.lists->pipelines->commands->words, &words);
    for (; words; words = words->next)
        printf("%s\n", words->text);
    if (why)
        printf("wrong: %s\n", why);
    pool_free(&pool);
    return 0;
}

static void
show(const char *text, size_t size)
{
    fwrite(text, 1, size, stdout);
}

static int
show_editing(const char *prompt, uint32_t columns)
{
    static const char *const results[] = {"", "line", "end", "cancel"};
    struct editor editor = {.write = show};
    int c;

    edit_start(&editor, prompt, columns);
    while ((c = getchar()) != EOF) {
        enum edit_result result = edit_key(&editor, c);

        if (result == EDIT_ON)
            continue;
        fprintf(stderr, "%s: %s\n", results[result], editor.line);
        history_add(editor.line);
        edit_start(&editor, prompt, columns);
    }
    fprintf(stderr, "at %u: %s\n", editor.at, editor.line);
    history_clear();
    return 0;
}

int
main(int count, char **words)
{
    int status = 1;

    variables_import(environ);
    parameters = (struct parameters){.name = "script", .status = 7, .process = 42};
    if (count > 2 && strcmp(words[1], "parse") == 0)
        status = show_parsed(words[2]);
    if (count > 2 && strcmp(words[1], "expand") == 0) {
        parameters.values = words + 3;
        parameters.count = count - 3;
        status = show_expanded(words[2]);
    }
    if (count > 3 && strcmp(words[1], "edit") == 0)
        status = show_editing(words[2], atoi(words[3]));
    while (variables)
        variable_unset(variables->name);
    return status;
}
