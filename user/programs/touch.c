/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes files that are not there yet, and gives the others today's date.
 */
#include "door.h"
#include "sys/files.h"
#include "sys/options.h"
#include "sys/stream.h"

/* To give a file the size that it has is a change. */
static uint32_t
touch(const char *path)
{
    struct result file = file_open(path, FILE_CREATE);
    struct stream_view view;
    uint32_t error = file.error;

    if (error)
        return failed(path, error);
    error = stream_stat(file.value, &view).error;
    if (!error)
        error = file_resize(file.value, view.size).error;
    descriptor_close(file.value);
    return error ? failed(path, error) : 0;
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "file ...");
    uint32_t status = 0;

    for (uint32_t i = 0; i < o.operands; i++)
        status |= touch(o.operand[i]);
    return status;
}
