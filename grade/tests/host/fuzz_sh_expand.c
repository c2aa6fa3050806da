/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the shell's words stand for: what is quoted stands for itself; values end words where they have blanks; patterns
 * against the host's fnmatch, in a small tree of files; and no memory is lost when it is short.
 */
#include "lack.h"
#include "lib.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sh/expand.h"
#include "sh/glob.h"
#include "sh/variables.h"

#define ROOM 1024

/* A tree: directories end with a slash.  Each is listed in this order. */
static const char *const files[] = {
    "b", "a", "ab", ".h", "d/", "d/a", "d/b*", "d/.x", "d/e/", "d/e/a", "d/e/ba", "f/", "f/e/", "f/e/ab", "a?b", "\\",
};

#define FILES (sizeof(files) / sizeof(*files))

static uint32_t open_count; /* one at each level, and they are closed in turn */
static char open_path[20][GLOB_PATH_MAX];

uint32_t
names_open(const char *path)
{
    bool there = strcmp(path, ".") == 0;

    for (unsigned i = 0; i < FILES; i++)
        there |= strcmp(path, files[i]) == 0 && strchr(path, '/');
    if (!there)
        return 0;
    expect(open_count < 19, "too many directories are open");
    strcpy(open_path[++open_count], strcmp(path, ".") == 0 ? "" : path);
    return open_count;
}

/* The name below the directory, if it is one. */
static const char *
below(const char *directory, const char *file, size_t *length)
{
    size_t skip = strlen(directory);

    if (strncmp(file, directory, skip) != 0)
        return NULL;
    *length = strcspn(file + skip, "/");
    if (*length == 0 || (file[skip + *length] && file[skip + *length + 1]))
        return NULL;
    return file + skip;
}

bool
names_read(uint32_t directory, uint32_t index, char name[GLOB_NAME_MAX], bool *is_directory)
{
    for (unsigned i = 0; i < FILES; i++) {
        size_t length;
        const char *found = below(open_path[directory], files[i], &length);

        if (!found || index-- > 0)
            continue;
        snprintf(name, GLOB_NAME_MAX, "%.*s", (int)length, found);
        *is_directory = found[length] == '/';
        return true;
    }
    return false;
}

void
names_close(uint32_t directory)
{
    expect(directory == 0 || directory == open_count, "directories are closed in another order");
    if (directory)
        open_count--;
}

static void
take_text(struct input *in, const char *letters, unsigned most, char *to)
{
    unsigned length = take(in, 1) % most;

    for (unsigned i = 0; i < length; i++)
        to[i] = letters[take(in, 1) % strlen(letters)];
    to[length] = 0;
}

/* One of three ways to quote. */
static void
quote(struct input *in, const char *text, char *to)
{
    uint32_t way = take(in, 1) % 3;

    *to = 0;
    if (way < 2)
        strcat(to, way ? "\"" : "'");
    for (; *text; text++) {
        char letter[2] = {*text};

        if (way == 0 && *text == '\'')
            strcat(to, "'\\'");
        else if ((way == 1 && strchr("$`\"\\", *text)) || (way == 2 && *text != '\n'))
            strcat(to, "\\");
        strcat(to, way == 2 && *text == '\n' ? "'\n'" : letter);
    }
    if (way < 2)
        strcat(to, way ? "\"" : "'");
}

static struct word *
expanded(struct pool *pool, const char *text, const char **why)
{
    struct word word = {.text = text}, *words;

    *why = expand_words(pool, &word, &words);
    expect(open_count == 0, "a directory is still open");
    return *why ? NULL : words;
}

static void
try_quotes(struct input *in)
{
    char text[200], quoted[ROOM], variable[ROOM];
    struct pool pool = {0};
    struct word *w;
    const char *why, *one;

    take_text(in, "a b\t\n$?*'\"\\|;#@\xff", 150, text);
    quote(in, text, quoted);
    w = expanded(&pool, quoted, &why);
    expect(*text || *quoted ? w && !w->next && strcmp(w->text, text) == 0 : !w, "%s is not %s", quoted, text);
    variable_set("V", 1, text);
    w = expanded(&pool, "x\"$V\"", &why);
    snprintf(variable, sizeof(variable), "x%s", text);
    expect(w && !w->next && strcmp(w->text, variable) == 0, "\"$V\" is not %s", text);
    why = expand_text(&pool, "$V", &one);
    expect(!why && strcmp(one, text) == 0, "$V is not %s, but %s", text, one);
    pool_free(&pool);
}

static void
try_splitting(struct input *in)
{
    char value[60], copy[70], *at = copy, *part;
    struct pool pool = {0};
    const char *why;
    struct word *w;

    take_text(in, "ab \t\n\\'\"$", 30, value);
    snprintf(copy, sizeof(copy), "<%s>", value);
    variable_set("V", 1, value);
    for (w = expanded(&pool, "'<'$V\\>", &why); w; w = w->next) {
        while ((part = strsep(&at, " \t\n")) && !*part)
            ;
        expect(part && strcmp(part, w->text) == 0, "%s, not %s, in %s", w->text, part ? part : "nothing", value);
    }
    while (at && (part = strsep(&at, " \t\n")))
        expect(!*part, "%s was left out", part);
    pool_free(&pool);
}

static void
try_match(struct input *in)
{
    char pattern[20], name[20];

    take_text(in, "ab.*?\\*", 8, pattern);
    take_text(in, "ab.a*", 8, name);
    if (!*name || pattern[strlen(pattern) - !!*pattern] == '\\')
        return;
    expect(glob_match(pattern, name) == (fnmatch(pattern, name, FNM_PERIOD) == 0), "%s and %s", pattern, name);
}

/* Does the pattern mean this file?  Parts that have no sign of a pattern before the first that has are not looked for. */
static bool
means(const char *pattern, const char *file)
{
    char plain[GLOB_PATH_MAX];
    size_t length = strlen(file) - (file[strlen(file) - 1] == '/');

    snprintf(plain, sizeof(plain), "%.*s", (int)length, file);
    if (pattern[strlen(pattern) - 1] == '/')
        return length < strlen(file) && fnmatch(pattern, file, FNM_PERIOD | FNM_PATHNAME) == 0;
    return fnmatch(pattern, plain, FNM_PERIOD | FNM_PATHNAME) == 0;
}

/* In order, and each is one that is meant. */
static uint32_t
look_at_found(const char *pattern, const struct word *w)
{
    uint32_t count = 0;

    for (; w; w = w->next, count++) {
        expect(means(pattern, w->text) || means(pattern, strcat(strcpy((char[GLOB_PATH_MAX]){0}, w->text), "/")),
               "%s does not mean %s", pattern, w->text);
        expect(!w->next || strcmp(w->text, w->next->text) < 0, "%s before %s", w->text, w->next ? w->next->text : "");
    }
    return count;
}

static void
try_glob(struct input *in)
{
    char pattern[40];
    struct pool pool = {0};
    uint32_t right = 0;
    const char *why;
    struct word *w;

    take_text(in, "abdef*?*?//.h", 7, pattern);
    if (!glob_is_pattern(pattern) || strstr(pattern, "//") || pattern[0] == '/')
        return;
    for (unsigned i = 0; i < FILES; i++)
        right += means(pattern, files[i]);
    w = expanded(&pool, pattern, &why);
    expect(w, "a pattern became nothing");
    if (right == 0)
        expect(!w->next && strcmp(w->text, pattern) == 0, "%s became %s", pattern, w->text);
    else
        expect(look_at_found(pattern, w) == right, "%s does not mean %u files", pattern, right);
    pool_free(&pool);
}

static char *parameter_texts[] = {"one", "two three", ""};

/* Any word, with any memory.  What is put in between cannot end a quote. */
static void
try_any(struct input *in)
{
    static const char *const pieces[] = {
        "a", "*", "?", "/", "$V", "${V}", "${", "$", "$@", "\"$@\"", "$*", "\"$*\"", "\"x$@y\"", "$1", "$2", "$3$4", "$0", "$#", "$?",
        "$$", "\\", "'q'", "\"r\"", "${1}", "${12}", "${?}", "}", "$E", "\"$E\"", "b*", "d/", "''",
    };
    char text[ROOM] = "";
    unsigned count = take(in, 1) % 12, which = take(in, 1);
    struct pool pool = {0};
    const char *why, *one;
    struct word *w;

    for (unsigned i = 0; i < count; i++)
        strcat(text, pieces[take(in, 1) % (sizeof(pieces) / sizeof(*pieces))]);
    parameters.count = take(in, 1) % 4;
    variable_set("V", 1, "v *  w\\");
    lack(which < 40 ? which : 0);
    w = expanded(&pool, text, &why);
    expect(!why || lacked || strcmp(why, NO_MEMORY) != 0, "there is memory");
    expect(!lacked || why, "no memory, but words: %s", text);
    for (; w; w = w->next)
        expect(w->text, "a word without a text");
    why = expand_name(&pool, text, &one);
    expect(one, "no name");
    lack(0);
    pool_free(&pool);
}

static void
try_environment(struct input *in)
{
    char name[2] = {"ABCDEFGH"[take(in, 1) % 8]};
    struct word more = {.text = "D=more"};
    struct pool pool = {0};
    char **environment;
    bool found = false;

    lack(take(in, 1) % 4 ? 0 : 1 + take(in, 1) % 4);
    if (take(in, 1) % 3)
        variable_set(name, 1, "value");
    else
        variable_unset(name);
    if (take(in, 1) % 2)
        variable_export(name, 1);
    lack(take(in, 1) % 4 ? 0 : 1 + take(in, 1) % 4);
    environment = variables_environment(&pool, &more);
    expect(environment || lacked, "no environment");
    for (; environment && *environment; environment++) {
        found |= strcmp(*environment, "D=more") == 0;
        expect(strcmp(*environment, "D=value") != 0, "D twice");
        expect(strcmp(*environment + 1, "=value") == 0 || (*environment)[0] == 'D', "%s", *environment);
    }
    expect(found || lacked, "D is not there");
    lack(0);
    for (const struct variable *v = variables; v && v->next; v = v->next)
        expect(strcmp(v->name, v->next->name) < 0, "%s before %s", v->name, v->next->name);
    pool_free(&pool);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};

    parameters = (struct parameters){.name = "name", .values = parameter_texts, .status = 3, .process = 12};
    while (in.at < in.end) {
        try_quotes(&in);
        try_splitting(&in);
        try_match(&in);
        try_glob(&in);
        try_any(&in);
        try_environment(&in);
    }
    while (variables)
        variable_unset(variables->name);
    return 0;
}
