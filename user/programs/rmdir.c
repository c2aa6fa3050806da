/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Removes directories that are empty.
 */
#include "sys/files.h"
#include "sys/options.h"

#include "abi/errors.h"

static uint32_t
remove(const char *path)
{
    struct stream_view view;
    uint32_t error = file_stat(path, &view).error;

    if (!error)
        error = view.kind == STREAM_DIRECTORY ? file_remove(path).error : ERR_NO_DIRECTORY;
    return error ? failed(path, error) : 0;
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "path ...");
    uint32_t status = 0;

    for (uint32_t i = 0; i < o.operands; i++)
        status |= remove(o.operand[i]);
    return status;
}
