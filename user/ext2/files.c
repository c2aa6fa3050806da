/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be done with files and directories: see files.h.
 */
#include "files.h"

#include "abi/errors.h"
#include "allocate.h"
#include "cache.h"
#include "flush.h"
#include "fs.h"
#include "tree.h"

#define LINKS_MAX 32000 /* of a directory: so many others may be in it */

uint32_t
files_find(const struct node *start, const char *path, struct node *node)
{
    struct place place;
    uint32_t error = path_walk(start, path, &place);

    *node = place.node;
    return error ? error : place.node.number ? 0 : ERR_NO_FILE;
}

/* It has other entries now.  Its tree, if it had one, is not kept. */
static uint32_t
directory_changed(struct node *directory)
{
    directory->i.flags &= ~EXT2_INDEXED;
    inode_touch(directory);
    return inode_write(directory);
}

/* --- Opening. */

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

/* The blocks of a new directory: its own, and what its parent may need. */
static uint32_t
check_new(struct opening *o, uint32_t flags)
{
    const struct node *parent = &o->place.directory;
    uint32_t error;

    if (!(flags & FILE_CREATE))
        return ERR_NO_FILE;
    if (flags & FILE_MAKE && parent->i.links >= LINKS_MAX)
        return ERR_NO_SPACE;
    error = directory_room(parent, o->place.name, &o->room);
    if (!error && flags & FILE_MAKE && fs.super.blocks_free < (o->room.block ? 1 : 5))
        error = ERR_NO_SPACE;
    return error;
}

uint32_t
files_open(const struct node *start, const char *path, uint32_t flags, struct opening *o)
{
    uint32_t error = path_walk(start, path, &o->place);

    o->node = o->place.node;
    o->new = !o->node.number;
    if (error || !o->new)
        return error ? error : open_old(&o->node, flags);
    error = flags & FILE_CREATE ? flush_room() : 0;
    if (!error)
        error = check_new(o, flags);
    if (error)
        return error;
    return inode_make(o->place.directory.number, flags & FILE_MAKE ? STREAM_DIRECTORY : STREAM_FILE, &o->node);
}

void
files_open_not(struct opening *o)
{
    if (o->new)
        inode_free(o->node.number, o->node.kind == STREAM_DIRECTORY);
}

/* The inode is there before the entry; a directory has its first block. */
static uint32_t
make_node(struct opening *o)
{
    uint32_t error = 0;

    o->node.i.links = 1;
    if (o->node.kind == STREAM_DIRECTORY) {
        o->node.i.links = 2;
        error = directory_make(&o->node, o->place.directory.number);
    }
    return error ? error : inode_write(&o->node);
}

/* If the disk fails, what has been taken for it is free again. */
static uint32_t
make(struct opening *o)
{
    struct node *parent = &o->place.directory;
    uint32_t error = make_node(o), e;

    if (!error)
        error = directory_add(parent, &o->room, o->place.name, &o->node, false);
    if (error) {
        tree_drop(&o->node);
        inode_clear(o->node.number);
        files_open_not(o);
    } else if (o->node.kind == STREAM_DIRECTORY) {
        parent->i.links++;
    }
    e = directory_changed(parent);
    return error ? error : e;
}

uint32_t
files_open_now(struct opening *o)
{
    return o->new ? make(o) : 0;
}

/* --- Removing. */

/* What is going to be changed is in the cache: so nothing can fail in the middle. */
static uint32_t
bring(const struct place *p)
{
    struct node node;
    void *block;
    uint32_t error = inode_read(p->directory.number, &node);

    if (!error && p->node.number)
        error = inode_read(p->node.number, &node);
    return error || !p->spot.block ? error : cache_read(p->spot.block, &block);
}

/* A name of it is gone.  `gone`: was it the last? */
static uint32_t
drop(struct node *node, struct node *gone)
{
    if (node->kind == STREAM_FILE && node->i.links > 1) {
        node->i.links--;
        return inode_write(node);
    }
    tree_drop(node);
    free_inode_later(node->number, node->kind == STREAM_DIRECTORY);
    *gone = *node;
    return 0;
}

static uint32_t
may_remove(const struct place *p)
{
    uint32_t error = 0;
    bool empty = true;

    if (!p->directory.number)
        return ERR_FILE_NAME;
    if (!p->node.number)
        return ERR_NO_FILE;
    if (p->node.kind == STREAM_DIRECTORY)
        error = directory_empty(&p->node, &empty);
    return error ? error : empty ? 0 : ERR_NOT_EMPTY;
}

uint32_t
files_remove(const struct node *start, const char *path, struct node *gone)
{
    struct place p;
    uint32_t error = path_walk(start, path, &p);

    gone->number = 0;
    if (!error)
        error = may_remove(&p);
    if (!error)
        error = flush_room();
    if (!error)
        error = bring(&p);
    if (!error)
        error = directory_remove(&p.spot, false);
    if (error)
        return error;
    if (p.node.kind == STREAM_DIRECTORY)
        p.directory.i.links--;
    error = directory_changed(&p.directory);
    return error ? error : drop(&p.node, gone);
}

/* --- Renaming. */

static bool
is_below(const struct place *place, const struct node *above)
{
    for (uint32_t i = 0; i < place->depth; i++)
        if (place->above[i] == above->number)
            return true;
    return false;
}

static uint32_t
may_rename(const struct place *from, const struct place *to)
{
    if (!from->directory.number || !to->directory.number)
        return ERR_FILE_NAME;
    if (!from->node.number)
        return ERR_NO_FILE;
    if (from->node.number == to->node.number)
        return 0;
    if (from->node.kind == STREAM_DIRECTORY && is_below(to, &from->node))
        return ERR_INTO_ITSELF;
    if (from->node.kind == STREAM_DIRECTORY && to->directory.i.links >= LINKS_MAX)
        return ERR_NO_SPACE;
    if (to->node.kind == STREAM_DIRECTORY)
        return ERR_DIRECTORY;
    return from->node.kind == STREAM_DIRECTORY ? directory_check(&from->node) : 0;
}

/* The places, with room for all that is going to change. */
static uint32_t
find_room(const struct place *from, const struct place *to, struct spot *room)
{
    uint32_t error = flush_room();

    *room = to->spot;
    if (!error && !to->node.number)
        error = directory_room(&to->directory, to->name, room);
    if (!error && room->block && room->block != from->spot.block && !cache_may_move(from->spot.block, room->block))
        error = flush_all();
    return error;
}

static uint32_t
bring_all(const struct place *from, const struct place *to, const struct spot *room)
{
    uint32_t error = bring(from);
    void *block;

    if (!error)
        error = bring(to);
    if (!error && room->block)
        error = cache_read(room->block, &block);
    return error || from->node.kind != STREAM_DIRECTORY ? error : directory_check(&from->node);
}

/* The directories' counts of links, and ".." of a directory that has another one above it. */
static uint32_t
move_directory(const struct place *from, struct node *old, struct node *new)
{
    if (from->node.kind != STREAM_DIRECTORY || old == new)
        return 0;
    old->i.links--;
    new->i.links++;
    return directory_move(&from->node, new->number);
}

/* The new entry comes before the old one goes; where that lies does not change by it. */
static uint32_t
rename_now(struct place *from, struct place *to, struct spot *room)
{
    struct node *old = &from->directory, *new = old->number == to->directory.number ? old : &to->directory;
    uint32_t error = to->node.number ? directory_set(room, &from->node) : directory_add(new, room, to->name, &from->node, true);

    if (!error)
        error = move_directory(from, old, new);
    if (!error)
        error = directory_remove(&from->spot, room->block != from->spot.block);
    if (!error)
        error = directory_changed(old);
    return error || old == new ? error : directory_changed(new);
}

uint32_t
files_rename(const struct node *start, const char *from, const char *to, struct node *gone)
{
    struct place old, new;
    struct spot room;
    uint32_t error = path_walk(start, from, &old);

    gone->number = 0;
    if (!error)
        error = path_walk(start, to, &new);
    if (!error)
        error = may_rename(&old, &new);
    if (error || old.node.number == new.node.number)
        return error;
    error = find_room(&old, &new, &room);
    if (!error)
        error = bring_all(&old, &new, &room);
    if (!error)
        error = rename_now(&old, &new, &room);
    return error || !new.node.number ? error : drop(&new.node, gone);
}
