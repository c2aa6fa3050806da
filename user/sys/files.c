/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files and directories by path: see files.h.
 */
#include "files.h"

#include "abi/errors.h"
// SINCE swap
#include "object.h"
// END swap
#include "place.h"
#include "request.h"
#include "stream.h"
#include "text.h"

struct result
file_open_at(uint32_t directory, const char *path, uint32_t flags)
{
    uint8_t buffer[FILE_PATH_MAX + 16];
    struct outgoing out;

    outgoing_start(&out, buffer, sizeof(buffer));
    if (flags)
        put_u32(&out, flags & ~FILE_WRITE);
    put_text(&out, path);
    return ask_descriptor(flags ? FILE_OPEN_WRITE : FILE_OPEN, directory, &out, NULL);
}

struct result
file_open(const char *path, uint32_t flags)
{
    struct place p;
    uint32_t error = place_find(&p, path);
    struct result r;

    if (error)
        return (struct result){-1, error};
    if (p.directory == p.found && !*p.rest)
        return (struct result){p.found, 0};
    r = file_open_at(p.directory, p.rest, flags);
    if (place_again(&p, r.error))
        r = file_open_at(p.directory, p.rest, flags);
    place_drop(&p);
    return r;
}

static struct result
remove_at(const struct place *p)
{
    uint8_t buffer[FILE_PATH_MAX + 16];
    struct outgoing out;
    struct incoming in;

    outgoing_start(&out, buffer, sizeof(buffer));
    put_text(&out, p->rest);
    return ask(FILE_REMOVE, p->directory, &out, &in);
}

struct result
file_remove(const char *path)
{
    struct place p;
    uint32_t error = place_find(&p, path);
    struct result r;

    if (error)
        return (struct result){-1, error};
    r = remove_at(&p);
    if (place_again(&p, r.error))
        r = remove_at(&p);
    place_drop(&p);
    return r;
}

static struct result
rename_at(const struct place *from, const char *to)
{
    uint8_t buffer[2 * FILE_PATH_MAX + 16];
    struct outgoing out;
    struct incoming in;

    outgoing_start(&out, buffer, sizeof(buffer));
    put_text(&out, from->rest);
    put_text(&out, to);
    return ask(FILE_RENAME, from->directory, &out, &in);
}

/* The same directory, or the same name of a server, of which there is a descriptor each. */
static bool
same_directory(const struct place *from, const struct place *to)
{
    uint32_t size = from->rest - from->path;

    if (from->directory == to->directory)
        return true;
    return from->directory == from->found && to->directory == to->found && size == (uint32_t)(to->rest - to->path)
        && memcmp(from->path, to->path, size) == 0;
}

/* They begin both where we are, or both at the root. */
static uint32_t
find_both(const char *from, struct place *f, const char *to, struct place *t)
{
    bool alike = place_is_here(from) == place_is_here(to);
    uint32_t error = alike ? place_find(f, from) : place_find_absolute(f, from);

    if (error)
        return error;
    error = alike ? place_find(t, to) : place_find_absolute(t, to);
    if (error)
        place_drop(f);
    return error;
}

bool
file_together(const char *a, const char *b)
{
    struct place p, q;
    bool together;

    if (find_both(a, &p, b, &q))
        return false;
    together = same_directory(&p, &q);
    place_drop(&p);
    place_drop(&q);
    return together;
}

static struct result
rename_found(struct place *from, const struct place *to)
{
    struct result r;

    if (!same_directory(from, to))
        return (struct result){-1, ERR_OTHER_FILES};
    r = rename_at(from, to->rest);
    return place_again(from, r.error) ? rename_at(from, to->rest) : r;
}

struct result
file_rename(const char *from, const char *to)
{
    struct place f, t;
    uint32_t error = find_both(from, &f, to, &t);
    struct result r;

    if (error)
        return (struct result){-1, error};
    r = rename_found(&f, &t);
    place_drop(&f);
    place_drop(&t);
    return r;
}

struct result
file_stat(const char *path, struct stream_view *view)
{
    struct result r = file_open(path, 0), stat;

    if (r.error)
        return r;
    stat = stream_stat(r.value, view);
    descriptor_close(r.value);
    return stat;
}

struct result
file_resize(uint32_t fd, uint32_t size)
{
    return ASK(FILE_RESIZE, fd, size);
}

// SINCE swap
struct result
file_object(uint32_t fd, bool write, uint32_t *size)
{
    uint8_t buffer[16];
    struct outgoing out;

    outgoing_start(&out, buffer, sizeof(buffer));
    return ask_descriptor(write ? FILE_MAP_WRITE : FILE_MAP, fd, &out, size);
}

struct result
file_map(uint32_t fd, uint32_t offset, uint32_t pages, uint32_t flags)
{
    bool write = (flags & (MEMORY_WRITABLE | MAP_PRIVATE)) == MEMORY_WRITABLE;
    struct result object = file_object(fd, write, NULL), r;

    if (object.error)
        return object;
    r = (struct result){-1, ERR_RANGE};
    if (offset % 4096 == 0)
        r = object_map(object.value, 0, pages, flags, offset / 4096);
    descriptor_close(object.value);
    return r;
}

struct result
file_sync(uint32_t fd)
{
    return ask_words(FILE_SYNC, fd, NULL, 0);
}

// END swap
struct result
directory_make(const char *path)
{
    struct result r = file_open(path, FILE_CREATE | FILE_NEW | FILE_MAKE);

    if (!r.error)
        descriptor_close(r.value);
    return r;
}

struct result
directory_list(uint32_t fd, uint32_t index, struct file_entry *entry)
{
    struct result r;

    entry->view.value = index;
    r = ask_view(FILE_LIST, fd, entry, sizeof(*entry), sizeof(index));
    entry->name[FILE_NAME_MAX - 1] = 0;
    return r;
}

struct result
directory_space(uint32_t fd, struct file_space *space)
{
    return ask_view(FILE_SPACE, fd, space, sizeof(*space), 0);
}
