/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a path begins: see place.h, files.h.
 */
#include "place.h"

#include "abi/pm.h"
#include "files.h"
#include "manager.h"
#include "path.h"
#include "program.h"
#include "text.h"

static struct {
    uint32_t directory; /* 0: FD_HERE */
    const char *path;   /* NULL: PWD */
} here;

void
directory_change(uint32_t fd, const char *path)
{
    here.directory = fd;
    here.path = path;
}

/* `p->path` is absolute. */
static uint32_t
find_server(struct place *p)
{
    uint32_t rest;
    struct result r = name_resolve(p->path, &rest);

    if (r.error && r.error != ERR_NOT_FOUND)
        return r.error;
    if (r.error || rest > strlen(p->path))
        rest = 1;
    p->found = r.error ? 0 : r.value;
    p->directory = rest <= 1 ? FD_ROOT : p->found;
    p->rest = p->path + rest;
    return 0;
}

static uint32_t
here_directory(void)
{
    return here.directory ? here.directory : FD_HERE;
}

/* NULL: nobody knows. */
static const char *
here_path(void)
{
    return here.path ? here.path : getenv("PWD");
}

bool
place_is_here(const char *path)
{
    return path[0] != '/' && !(here_path() && path_leaves(path));
}

uint32_t
place_find_absolute(struct place *p, const char *path)
{
    const char *from = here_path();

    p->found = 0;
    return (from || path[0] == '/') && path_join(from, path, p->path, sizeof(p->path)) ? find_server(p) : ERR_FILE_NAME;
}

uint32_t
place_find(struct place *p, const char *path)
{
    if (!place_is_here(path))
        return place_find_absolute(p, path);
    p->found = 0;
    p->directory = here_directory();
    p->rest = path;
    return 0;
}

void
place_drop(const struct place *p)
{
    if (p->found)
        descriptor_close(p->found);
}

/* The name has led to the new door. */
bool
place_again(struct place *p, uint32_t error)
{
    if (error != ERR_DEAD || p->directory != FD_ROOT || !p->found)
        return false;
    p->directory = p->found;
    return true;
}
