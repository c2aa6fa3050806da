/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole directory in memory: see entries.h.
 */
#include "entries.h"

#include "door.h"
#include "files.h"
#include "memory.h"
#include "sort.h"
#include "text.h"

#include "abi/errors.h"

#define STEP 64 /* places come so many at a time */

/* One entry more.  ERR_NO_FILE: there is none. */
static uint32_t
add(struct entries *e, uint32_t directory)
{
    struct file_entry *entry = malloc(sizeof(*entry));

    if (e->count % STEP == 0) {
        struct file_entry **more = realloc(e->entry, (e->count + STEP) * sizeof(*more));

        if (!more)
            return ERR_MEMORY;
        e->entry = more;
    }
    if (!entry)
        return ERR_MEMORY;
    e->entry[e->count] = entry;
    return directory_list(directory, e->count, entry).error;
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(((const struct file_entry *)a)->name, ((const struct file_entry *)b)->name);
}

uint32_t
entries_read(const char *path, struct entries *e)
{
    struct result directory = file_open(path, 0);
    uint32_t error;

    if (directory.error)
        return directory.error;
    *e = (struct entries){0};
    while (!(error = add(e, directory.value)))
        e->count++;
    descriptor_close(directory.value);
    sort_pointers((void **)e->entry, e->count, by_name);
    return error == ERR_NO_FILE ? 0 : error;
}
