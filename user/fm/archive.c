/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot archive: see archive.h.
 */
#include "archive.h"

#include "data.h"
#include "files.h"
#include "tar.h"

#define RECORD 512u /* behind the last member comes one of zeros */

/* Directories on the way to it, as far as they are not there. */
static void
make_way(struct node *root, char *path)
{
    struct opening o;

    for (char *at = path; *at; at++) {
        if (*at != '/')
            continue;
        *at = 0;
        if (files_open(root, path, FILE_CREATE | FILE_NEW | FILE_MAKE, &o) == 0)
            files_open_now(&o);
        *at = '/';
    }
}

static void
add(struct tar_member *m)
{
    uint32_t flags = FILE_CREATE | (m->type == TAR_DIRECTORY ? FILE_MAKE : 0);
    struct node *root = node_of(NODE_ROOT);
    struct opening o;

    make_way(root, m->name);
    if (files_open(root, m->name, flags, &o))
        return;
    files_open_now(&o);
    if (o.kind == STREAM_FILE)
        data_set(o.node, m->data, m->size);
}

bool
archive_read(const void *archive, uint32_t size)
{
    const char *bytes = archive;
    struct tar_member m;
    uint32_t at = 0;

    while (tar_next(archive, size, &at, &m))
        if (m.type == TAR_FILE || m.type == TAR_DIRECTORY)
            add(&m);
    return at == size || (size - at >= RECORD && !bytes[at]);
}
