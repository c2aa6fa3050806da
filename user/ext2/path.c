/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paths: see path.h.
 */
#include "path.h"

#include "text.h"

#include "abi/errors.h"

bool
path_is_name(const char *name, uint32_t length)
{
    if (length == 0 || length >= FILE_NAME_MAX)
        return false;
    for (; length; length--, name++)
        if ((unsigned char)*name < ' ' || *name == 0x7f || *name == '/')
            return false;
    return true;
}

/* What a directory's entry names. */
static uint32_t
read_named(uint32_t number, struct node *node)
{
    uint32_t error = inode_read(number, node);

    return error == ERR_STALE || (!error && !node->kind) ? ERR_FORMAT : error;
}

/* One name, which is not "." or "..". */
static uint32_t
walk_name(struct place *p, const char *name, uint32_t length)
{
    uint32_t number, error;

    if (!path_is_name(name, length))
        return ERR_FILE_NAME;
    memset(p->name, 0, sizeof(p->name));
    memcpy(p->name, name, length);
    p->directory = p->node;
    p->above[p->depth++] = p->node.number;
    error = directory_find(&p->directory, p->name, &number, &p->spot);
    if (!error)
        return read_named(number, &p->node);
    p->node = (struct node){0};
    return error == ERR_NO_FILE ? 0 : error;
}

static uint32_t
walk_up(struct place *p)
{
    p->directory.number = 0;
    return p->depth ? read_named(p->above[--p->depth], &p->node) : 0;
}

static uint32_t
walk_step(struct place *p, const char *name, uint32_t length)
{
    if (!p->node.number)
        return ERR_NO_FILE;
    if (p->node.kind != STREAM_DIRECTORY)
        return ERR_NO_DIRECTORY;
    if (length == 2 && name[0] == '.' && name[1] == '.')
        return walk_up(p);
    if (length == 1 && name[0] == '.') {
        p->directory.number = 0;
        return 0;
    }
    return walk_name(p, name, length);
}

uint32_t
path_walk(const struct node *start, const char *path, struct place *p)
{
    uint32_t length, error = 0;

    *p = (struct place){.node = *start};
    for (; *path && !error; path += length) {
        for (length = 0; path[length] && path[length] != '/'; length++)
            ;
        if (length)
            error = walk_step(p, path, length);
        else
            length = 1;
    }
    return error;
}
