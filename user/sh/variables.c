/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell's variables: see variables.h.
 */
#include "variables.h"

#include "memory.h"
#include "string.h"
#include "text.h"

struct variable *variables;
struct parameters parameters;

/* As strcmp, of a name that is not ended by a zero. */
static int
compare(const char *name, size_t length, const char *other)
{
    int order = strncmp(name, other, length);

    return order ? order : -(int)(unsigned char)other[length];
}

/* Where the variable of this name is, or belongs. */
static struct variable **
find(const char *name, size_t length)
{
    struct variable **at = &variables;

    while (*at && compare(name, length, (*at)->name) > 0)
        at = &(*at)->next;
    return at;
}

static bool
is_there(struct variable *const *at, const char *name, size_t length)
{
    return *at && compare(name, length, (*at)->name) == 0;
}

const char *
variable_get(const char *name, size_t length)
{
    struct variable **at = find(name, length);

    return is_there(at, name, length) ? (*at)->value : NULL;
}

/* The variable of this name, new if need be; NULL if memory is short. */
static struct variable *
make(const char *name, size_t length)
{
    struct variable **at = find(name, length), *v;

    if (is_there(at, name, length))
        return *at;
    v = calloc(1, sizeof(*v) + length + 1);
    if (!v)
        return NULL;
    memcpy(v->name, name, length);
    v->next = *at;
    *at = v;
    return v;
}

bool
variable_set(const char *name, size_t length, const char *value)
{
    char *copy = malloc(strlen(value) + 1);
    struct variable *v = copy ? make(name, length) : NULL;

    if (!v) {
        free(copy);
        return false;
    }
    strlcpy(copy, value, strlen(value) + 1);
    free(v->value);
    v->value = copy;
    return true;
}

bool
variable_export(const char *name, size_t length)
{
    struct variable *v = make(name, length);

    if (v)
        v->exported = true;
    return v;
}

void
variable_unset(const char *name)
{
    struct variable **at = find(name, strlen(name)), *v = *at;

    if (!is_there(at, name, strlen(name)))
        return;
    *at = v->next;
    free(v->value);
    free(v);
}

bool
variables_import(char **environment)
{
    for (; *environment; environment++) {
        size_t length = name_length(*environment);

        if (length == 0 || (*environment)[length] != '=')
            continue;
        if (!variable_set(*environment, length, *environment + length + 1) || !variable_export(*environment, length))
            return false;
    }
    return true;
}

static char *
as_text(struct pool *pool, const struct variable *v)
{
    size_t size = strlen(v->name) + strlen(v->value) + 2;
    char *text = pool_new(pool, size);

    if (text)
        snprintf(text, size, "%s=%s", v->name, v->value);
    return text;
}

/* Does one of the texts NAME=VALUE set this variable? */
static bool
is_set_by(const struct word *texts, const struct variable *v)
{
    for (; texts; texts = texts->next)
        if (compare(texts->text, name_length(texts->text), v->name) == 0)
            return true;
    return false;
}

static size_t
count_all(const struct word *more)
{
    size_t count = 0;

    for (const struct variable *v = variables; v; v = v->next)
        count++;
    for (; more; more = more->next)
        count++;
    return count;
}

char **
variables_environment(struct pool *pool, const struct word *more)
{
    char **environment = pool_new(pool, (count_all(more) + 1) * sizeof(*environment)), **end = environment;

    for (const struct variable *v = variables; end && v; v = v->next) {
        if (!v->exported || !v->value || is_set_by(more, v))
            continue;
        *end = as_text(pool, v);
        if (!*end++)
            return NULL;
    }
    for (; end && more; more = more->next)
        *end++ = (char *)more->text;
    return environment;
}
