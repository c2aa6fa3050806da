/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Removes files, and with -r directories and all that is in them.
 */
#include "sys/entries.h"
#include "sys/files.h"
#include "sys/heap.h"
#include "sys/options.h"
#include "text.h"

#include "abi/errors.h"

#define HEAP 0x400000

static bool all;

static uint32_t remove(const char *path);

static uint32_t
remove_entries(const char *path)
{
    char below[FILE_PATH_MAX];
    struct entries e;
    uint32_t status = 0, error = entries_read(path, &e);

    if (error)
        return failed(path, error);
    for (uint32_t i = 0; i < e.count; i++)
        if (snprintf(below, sizeof(below), "%s/%s", path, e.entry[i]->name) >= sizeof(below))
            status |= failed(path, ERR_FILE_NAME);
        else
            status |= remove(below);
    return status;
}

static uint32_t
remove(const char *path)
{
    struct stream_view view;
    uint32_t status = 0, error = file_stat(path, &view).error;

    if (!error && view.kind == STREAM_DIRECTORY) {
        if (all)
            status = remove_entries(path);
        else
            error = ERR_DIRECTORY;
    }
    if (!error && !status)
        error = file_remove(path).error;
    return error ? failed(path, error) : status;
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "[-r] path ...");
    uint32_t status = 0;

    heap_start(HEAP);
    all = has(&o, 'r');
    for (uint32_t i = 0; i < o.operands; i++)
        status |= remove(o.operand[i]);
    return status;
}
