/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of doors: one tree of paths, as in QNX.  A name need not have a door above it, and
 * a path finds the door with the longest name that it begins with: the server behind that knows the rest.
 *
 * They are kept in the order of the alphabet.
 */
#include "pm.h"

#include "memory.h"
#include "string.h"

#define NAMES 1024

static struct name *names[NAMES];
uint32_t name_count;

/* Where `text` is, or would be. */
static uint32_t
place_of(const char *text)
{
    uint32_t low = 0, high = name_count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (strcmp(names[middle]->text, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Of a component that begins here: is it "." or ".."? */
static bool
is_dots(const char *at)
{
    size_t dots = at[0] != '.' ? 0 : at[1] != '.' ? 1 : 2;

    return dots && (at[dots] == '/' || !at[dots]);
}

/* 0, or what is wrong with a name of so many bytes, behind which there is a zero. */
uint32_t
name_check(const char *name, uint32_t length)
{
    // SOLUTION pm.2
    // | /* TODO pm.2: abi/errors.h lists what a name can have wrong. */
    // | (void)name, (void)length, (void)is_dots;
    // | exercise_missing("pm.2");
    // | return 0;
    if (length == 0)
        return ERR_NAME_EMPTY;
    if (length >= PM_NAME_MAX)
        return ERR_NAME_LONG;
    if (strlen(name) != length)
        return ERR_NAME_END;
    if (name[0] != '/')
        return ERR_NAME_RELATIVE;
    for (uint32_t i = 0; i < length; i++) {
        if (name[i] == '/' && length > 1 && (name[i + 1] == '/' || !name[i + 1]))
            return ERR_NAME_SLASH;
        if (name[i] == '/' && is_dots(name + i + 1))
            return ERR_NAME_DOTS;
    }
    return 0;
    // END pm.2
}

/* NULL if nobody has exactly this name. */
struct name *
name_find(const char *name)
{
    uint32_t i = place_of(name);

    return i < name_count && strcmp(names[i]->text, name) == 0 ? names[i] : NULL;
}

/* Is `name` the beginning of `path`, component by component?  How long it is then, else 0. */
static uint32_t
begins(const char *path, const char *name)
{
    uint32_t length = strlen(name);

    if (strncmp(path, name, length) != 0)
        return 0;
    return length == 1 || !path[length] || path[length] == '/' ? length : 0;
}

/* The longest name that `path` begins with, and where the rest begins; NULL if there is none. */
struct name *
name_resolve(const char *path, uint32_t *rest)
{
    // SOLUTION pm.2
    // | /* TODO pm.2: for now only a path that is a name. */
    // | (void)begins;
    // | exercise_missing("pm.2");
    // | *rest = strlen(path);
    // | return name_find(path);
    struct name *found = NULL;
    uint32_t longest = 0;

    for (uint32_t i = 0; i < name_count; i++) {
        uint32_t length = begins(path, names[i]->text);

        if (length > longest) {
            found = names[i];
            longest = length;
        }
    }
    *rest = longest + (path[longest] == '/');
    return found;
    // END pm.2
}

/* May `owner` have this name, as far as others' names matter?  0, or why not. */
uint32_t
name_may_be(const char *name, const struct process *owner)
{
    // SOLUTION pm.2
    // | /* TODO pm.2: is it taken?  Or is what is above it somebody else's, who wants nobody below? */
    // | (void)name, (void)owner;
    // | exercise_missing("pm.2");
    // | return 0;
    uint32_t rest;
    const struct name *above = name_resolve(name, &rest);

    if (above && !name[rest])
        return strcmp(above->text, name) == 0 ? ERR_EXISTS : 0;
    return above && above->owner != owner && !(above->flags & DOOR_OPEN) ? ERR_NAME_BELOW : 0;
    // END pm.2
}

/* It has been checked.  False if memory is short. */
bool
name_add(const char *name, uint32_t door, uint32_t type, bool system, uint32_t flags, struct process *owner)
{
    struct name *new = name_count < NAMES ? malloc(sizeof(*new)) : NULL;
    uint32_t i = place_of(name);

    if (!new)
        return false;
    *new = (struct name){door, type, flags, system, owner, ""};
    strlcpy(new->text, name, sizeof(new->text));
    memmove(names + i + 1, names + i, (name_count++ - i) * sizeof(*names));
    names[i] = new;
    owner->names++;
    return true;
}

struct name *
name_at(uint32_t index)
{
    return index < name_count ? names[index] : NULL;
}

void
name_remove(struct name *name)
{
    uint32_t i = place_of(name->text);

    memmove(names + i, names + i + 1, (--name_count - i) * sizeof(*names));
    name->owner->names--;
    descriptor_close(name->door);
    free(name);
}

/* `owner` has ended: nobody is behind its names any more. */
void
names_of_dead(const struct process *owner)
{
    // SOLUTION pm.2
    // | /* TODO pm.2 */
    // | (void)owner;
    // | exercise_missing("pm.2");
    for (uint32_t i = name_count; i-- > 0;)
        if (names[i]->owner == owner)
            name_remove(names[i]);
    // END pm.2
}
