/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paths as texts: see path.h.
 */
#include "path.h"

#include "string.h"
#include "text.h"

/* The next name of a path and its length, without the slashes before it; 0 at the end. */
static uint32_t
next_name(const char **path)
{
    uint32_t length = 0;

    while (**path == '/')
        ++*path;
    while ((*path)[length] && (*path)[length] != '/')
        length++;
    return length;
}

static bool
is(const char *name, uint32_t length, const char *text)
{
    return length == strlen(text) && memcmp(name, text, length) == 0;
}

/* Where the last name of `to`, which is `length` bytes, begins, with its slash. */
static uint32_t
without_last(const char *to, uint32_t length)
{
    while (length > 0 && to[--length] != '/')
        ;
    return length;
}

/* Goes on from `to`, `length` bytes, along the path.  Answers with the new length; `size` if there is no room. */
static uint32_t
walk(char *to, uint32_t length, uint32_t size, const char *path)
{
    for (uint32_t part; (part = next_name(&path)) > 0; path += part) {
        if (is(path, part, ".."))
            length = without_last(to, length);
        if (is(path, part, ".") || is(path, part, ".."))
            continue;
        if (part + 1 >= size - length)
            return size;
        to[length++] = '/';
        memcpy(to + length, path, part);
        length += part;
    }
    return length;
}

bool
path_join(const char *here, const char *path, char *to, uint32_t size)
{
    uint32_t length = path[0] == '/' ? 0 : walk(to, 0, size, here);

    if (length < size)
        length = walk(to, length, size, path);
    if (size < 2 || length >= size)
        return false;
    if (length == 0)
        to[length++] = '/';
    to[length] = 0;
    return true;
}

bool
path_leaves(const char *path)
{
    uint32_t depth = 0;

    for (uint32_t part; (part = next_name(&path)) > 0; path += part) {
        if (is(path, part, "..") && depth == 0)
            return true;
        if (is(path, part, ".."))
            depth--;
        else if (!is(path, part, "."))
            depth++;
    }
    return false;
}

const char *
path_last(const char *path)
{
    const char *last = path;

    for (uint32_t part; (part = next_name(&path)) > 0; path += part)
        last = path;
    return last;
}
