/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be done with files and directories: see files.h.
 */
#include "files.h"

#include "data.h"

uint32_t
files_find(struct node *start, const char *path, struct node **node)
{
    struct place place;
    uint32_t error = path_walk(start, path, &place);

    *node = place.node;
    return error ? error : place.node ? 0 : ERR_NO_FILE;
}

/* Of what is there. */
static uint32_t
open_old(const struct node *node, uint32_t flags)
{
    if (flags & FILE_NEW)
        return ERR_FILE_EXISTS;
    if (node->kind == STREAM_FILE)
        return flags & FILE_MAKE ? ERR_NO_DIRECTORY : 0;
    if (flags & FILE_TRUNCATE || (flags & (FILE_CREATE | FILE_MAKE)) == FILE_CREATE)
        return ERR_DIRECTORY;
    return 0;
}

uint32_t
files_open(struct node *start, const char *path, uint32_t flags, struct opening *o)
{
    uint32_t error = path_walk(start, path, &o->place);

    o->node = o->place.node;
    o->new = !o->node;
    o->truncate = flags & FILE_TRUNCATE;
    if (error)
        return error;
    if (!o->new) {
        o->kind = o->node->kind;
        return open_old(o->node, flags);
    }
    o->node = node_spare();
    o->kind = flags & FILE_MAKE ? STREAM_DIRECTORY : STREAM_FILE;
    if (!(flags & FILE_CREATE))
        return ERR_NO_FILE;
    return o->node ? 0 : ERR_NO_SPACE;
}

void
files_open_now(struct opening *o)
{
    if (o->new) {
        node_take(o->kind);
        directory_add(o->place.directory, o->node, o->place.name);
        node_touch(o->node);
    } else if (o->truncate) {
        data_resize(o->node, 0);
    }
}

static void
drop(struct node *node)
{
    directory_remove(node);
    // SINCE swap
    // < store_cut(node_number(node), 0);
    store_forget(node_number(node));
    // END swap
    node_free(node);
}

uint32_t
files_remove(struct node *start, const char *path)
{
    struct place place;
    uint32_t error = path_walk(start, path, &place);

    if (error)
        return error;
    if (!place.directory)
        return ERR_FILE_NAME;
    if (!place.node)
        return ERR_NO_FILE;
    if (place.node->kind == STREAM_DIRECTORY && place.node->size > 0)
        return ERR_NOT_EMPTY;
    drop(place.node);
    return 0;
}

static bool
is_below(const struct node *node, const struct node *above)
{
    while (node && node != above)
        node = node->parent;
    return node;
}

static uint32_t
may_rename(const struct place *from, const struct place *to)
{
    if (!from->directory || !to->directory)
        return ERR_FILE_NAME;
    if (!from->node)
        return ERR_NO_FILE;
    if (from->node == to->node)
        return 0;
    if (is_below(to->directory, from->node))
        return ERR_INTO_ITSELF;
    return to->node && to->node->kind == STREAM_DIRECTORY ? ERR_DIRECTORY : 0;
}

uint32_t
files_rename(struct node *start, const char *from, const char *to)
{
    struct place old, new;
    uint32_t error = path_walk(start, from, &old);

    if (!error)
        error = path_walk(start, to, &new);
    if (!error)
        error = may_rename(&old, &new);
    if (error || old.node == new.node)
        return error;
    if (new.node)
        drop(new.node);
    directory_remove(old.node);
    directory_add(new.directory, old.node, new.name);
    return 0;
}
