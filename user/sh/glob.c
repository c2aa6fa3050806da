/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of files that a pattern stands for: see glob.h.
 */
#include "glob.h"

#include "string.h"
#include "text.h"

#define LEVELS 16 /* of directories from the first pattern on */

/* The length of the pattern's first letter, with its backslash. */
static size_t
letter(const char *pattern)
{
    return pattern[0] == '\\' && pattern[1] ? 2 : 1;
}

static bool
matches_one(const char *pattern, char c)
{
    return *pattern == '?' || pattern[letter(pattern) - 1] == c;
}

/*
 * Only the last * need be tried again: what the earlier ones took is as little as they could, and
 * more would leave less for those behind them.
 */
bool
glob_match(const char *pattern, const char *name)
{
    const char *again = NULL, *from = NULL;

    if (*name == '.' && pattern[letter(pattern) - 1] != '.')
        return false;
    while (*name) {
        if (*pattern == '*') {
            again = ++pattern;
            from = name;
        } else if (*pattern && matches_one(pattern, *name)) {
            pattern += letter(pattern);
            name++;
        } else if (again) {
            pattern = again;
            name = ++from;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

bool
glob_is_pattern(const char *pattern)
{
    for (; *pattern; pattern += letter(pattern))
        if (*pattern == '*' || *pattern == '?')
            return true;
    return false;
}

void
glob_plain(char *pattern)
{
    char *to = pattern;

    while (*pattern) {
        pattern += letter(pattern);
        *to++ = pattern[-1];
    }
    *to = 0;
}

struct search {
    struct pool *pool;
    struct word **first; /* what has been found, in order */
    char path[GLOB_PATH_MAX];
};

static bool
found(struct search *s)
{
    struct word *w = pool_new(s->pool, sizeof(*w)), **at = s->first;

    if (!w)
        return false;
    w->text = pool_text(s->pool, s->path, strlen(s->path));
    if (!w->text)
        return false;
    while (*at && strcmp((*at)->text, w->text) < 0)
        at = &(*at)->next;
    w->next = *at;
    *at = w;
    return true;
}

static bool search(struct search *s, size_t length, const char *pattern, unsigned levels);

/* A name in the directory `path`, which is `length` long, matches; `rest` is the pattern behind it. */
static bool
search_below(struct search *s, size_t length, const char *name, bool is_directory, const char *rest, unsigned levels)
{
    if (length + strlen(name) + 2 > sizeof(s->path) || (*rest && !is_directory))
        return true;
    strlcpy(s->path + length, name, sizeof(s->path) - length);
    length += strlen(name);
    if (!*rest)
        return found(s);
    strlcpy(s->path + length, "/", sizeof(s->path) - length);
    while (*rest == '/')
        rest++;
    return search(s, length + 1, rest, levels - 1);
}

/* Looks for names in the directory `path`. */
static bool
search(struct search *s, size_t length, const char *pattern, unsigned levels)
{
    char part[GLOB_PATH_MAX], name[GLOB_NAME_MAX];
    const char *rest = strchr(pattern, '/');
    bool is_directory, enough = true;
    uint32_t directory;

    rest = rest ? rest : pattern + strlen(pattern);
    if (!*pattern)
        return found(s);
    if (levels == 0 || strlcpy(part, pattern, sizeof(part)) >= sizeof(part))
        return true;
    part[rest - pattern] = 0;
    s->path[length] = 0;
    directory = names_open(length ? s->path : ".");
    for (uint32_t i = 0; directory && enough && names_read(directory, i, name, &is_directory); i++)
        if (glob_match(part, name))
            enough = search_below(s, length, name, is_directory, rest, levels);
    names_close(directory);
    return enough;
}

/* Where the pattern's first part begins that has a * or ?. */
static size_t
plain_length(const char *pattern)
{
    size_t length = 0;

    for (size_t i = 0; pattern[i] && pattern[i] != '*' && pattern[i] != '?'; i += letter(pattern + i))
        if (pattern[i] == '/')
            length = i + 1;
    return length;
}

bool
glob(struct pool *pool, const char *pattern, struct word **end)
{
    struct search s = {.pool = pool, .first = end};
    size_t length = plain_length(pattern);

    if (length >= sizeof(s.path))
        return true;
    memcpy(s.path, pattern, length);
    glob_plain(s.path);
    return search(&s, strlen(s.path), pattern + length, LEVELS);
}
