/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paths: see path.h.
 */
#include "path.h"

#include "text.h"

/* Nothing that would be a terminal's business. */
static bool
is_name(const char *name, uint32_t length)
{
    if (length >= FILE_NAME_MAX)
        return false;
    for (; length; length--, name++)
        if ((unsigned char)*name < ' ' || *name == 0x7f)
            return false;
    return true;
}

/* One name, which is not "." or "..". */
static uint32_t
walk_name(struct place *place, const char *name, uint32_t length)
{
    if (!is_name(name, length))
        return ERR_FILE_NAME;
    memcpy(place->name, name, length);
    place->name[length] = 0;
    place->directory = place->node;
    place->node = directory_find(place->directory, place->name);
    return 0;
}

static uint32_t
walk_step(struct place *place, const struct node *start, const char *name, uint32_t length)
{
    bool up = length == 2 && name[0] == '.' && name[1] == '.';

    if (!place->node)
        return ERR_NO_FILE;
    if (place->node->kind != STREAM_DIRECTORY)
        return ERR_NO_DIRECTORY;
    if (!up && !(length == 1 && name[0] == '.'))
        return walk_name(place, name, length);
    place->directory = NULL;
    if (up && place->node != start)
        place->node = place->node->parent;
    return 0;
}

uint32_t
path_walk(struct node *start, const char *path, struct place *place)
{
    uint32_t length, error = 0;

    *place = (struct place){.node = start};
    for (; *path && !error; path += length) {
        for (length = 0; path[length] && path[length] != '/'; length++)
            ;
        if (length)
            error = walk_step(place, start, path, length);
        else
            length = 1;
    }
    return error;
}
