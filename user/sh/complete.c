/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Completing a word: see complete.h.  Words with quotes are left alone.
 */
#include "complete.h"

#include "glob.h"
#include "string.h"
#include "text.h"
#include "variables.h"

#define SIGNS ";&|<>"

/* The names that the word could become, one at a time: first they are counted, then perhaps shown. */
struct candidates {
    const char *begin; /* of the name, without folders */
    size_t length;
    uint32_t count;
    char common[GLOB_NAME_MAX]; /* what all of them begin with */
    bool is_directory;          /* the last one */
    struct editor *show;        /* or NULL */
};

static void
candidate(struct candidates *c, const char *name, bool is_directory)
{
    size_t same = 0;

    if (strncmp(name, c->begin, c->length) != 0 || (name[0] == '.' && c->length == 0))
        return;
    if (c->count == 1 && strcmp(c->common, name) == 0)
        return;
    if (c->show) {
        c->show->write(name, strlen(name));
        c->show->write(is_directory ? "/  " : "  ", is_directory ? 3 : 2);
    }
    if (c->count++ == 0)
        strlcpy(c->common, name, sizeof(c->common));
    while (c->common[same] && c->common[same] == name[same])
        same++;
    c->common[same] = 0;
    c->is_directory = is_directory;
}

static void
from_directory(struct candidates *c, const char *path)
{
    char name[GLOB_NAME_MAX];
    bool is_directory;
    uint32_t directory = names_open(path);

    for (uint32_t i = 0; directory && names_read(directory, i, name, &is_directory); i++)
        candidate(c, name, is_directory);
    names_close(directory);
}

/* Of each folder in PATH. */
static void
from_path(struct candidates *c)
{
    const char *path = variable_get("PATH", 4), *end;
    char folder[GLOB_PATH_MAX];

    for (; path && *path; path = *end ? end + 1 : end) {
        end = strchr(path, ':');
        end = end ? end : path + strlen(path);
        if ((size_t)(end - path) >= sizeof(folder))
            continue;
        strlcpy(folder, path, end - path + 1);
        from_directory(c, folder);
    }
}

static void
from_builtins(struct candidates *c)
{
    for (uint32_t i = 0; builtin_name(i); i++)
        candidate(c, builtin_name(i), false);
}

/* The word, `length` letters long, is the name of a file. */
static void
from_files(struct candidates *c, const char *word)
{
    char folder[GLOB_PATH_MAX];
    size_t length = c->begin - word;

    if (length >= sizeof(folder))
        return;
    strlcpy(folder, length ? word : ".", length ? length + 1 : sizeof(folder));
    from_directory(c, folder);
}

static void
look(struct candidates *c, const char *word, bool is_command)
{
    c->count = 0;
    if (is_command && c->begin == word) {
        from_builtins(c);
        from_path(c);
    } else {
        from_files(c, word);
    }
}

static void
show(struct candidates *c, const char *word, bool is_command, struct editor *e)
{
    c->show = e;
    e->write("\n", 1);
    look(c, word, is_command);
    e->write("\n", 1);
    edit_show(e);
}

/* What the one name, or all of them, have more than the word. */
static void
insert_common(struct candidates *c, struct editor *e)
{
    for (const char *at = c->common + c->length; *at; at++) {
        if (strchr(" \t'\"\\$*?#" SIGNS, *at))
            edit_insert(e, "\\", 1);
        edit_insert(e, at, 1);
    }
    if (c->count == 1)
        edit_insert(e, c->is_directory ? "/" : " ", 1);
}

/* Does a word end before this place? */
static bool
ends_word(const struct editor *e, uint32_t at)
{
    return at == 0 || (strchr(" " SIGNS, e->line[at - 1]) && (at == 1 || e->line[at - 2] != '\\'));
}

/* Does a command begin here? */
static bool
begins_command(const struct editor *e, uint32_t at)
{
    while (at > 0 && e->line[at - 1] == ' ')
        at--;
    return at == 0 || strchr(";&|", e->line[at - 1]);
}

void
complete(struct editor *e)
{
    uint32_t begin = e->at;
    char word[EDIT_MAX];
    struct candidates c = {0};

    while (!ends_word(e, begin))
        begin--;
    strlcpy(word, e->line + begin, e->at - begin + 1);
    c.begin = word;
    for (const char *at = word; *at; at++) {
        if (strchr("'\"\\$", *at))
            return;
        if (*at == '/')
            c.begin = at + 1;
    }
    c.length = strlen(c.begin);
    look(&c, word, begins_command(e, begin));
    if (c.count == 1 || strlen(c.common) > c.length)
        insert_common(&c, e);
    else if (c.count > 1)
        show(&c, word, begins_command(e, begin), e);
}
