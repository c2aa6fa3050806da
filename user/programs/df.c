/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much room there is for files: of the file systems that these directories are in.
 */
#include "sys/columns.h"
#include "sys/files.h"
#include "sys/options.h"
#include "sys/request.h"
#include "sys/stdio.h"

static uint32_t
show(const char *path)
{
    struct result directory = file_open(path, 0), r;
    struct file_space space;

    if (directory.error)
        return failed(path, directory.error);
    r = ask_view(FILE_SPACE, directory.value, &space, sizeof(space), 0);
    descriptor_close(directory.value);
    if (r.error)
        return failed(path, r.error);
    put_left(path, 16);
    printf("%8u KiB %8u free %6u files\n", space.bytes / 1024, space.bytes_free / 1024, space.files);
    return 0;
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "[directory ...]");
    uint32_t status = 0;

    if (!o.operands)
        return show("/") | show("/disk");
    for (uint32_t i = 0; i < o.operands; i++)
        status |= show(o.operand[i]);
    return status;
}
