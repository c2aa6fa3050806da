/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies files.
 */
#include "door.h"
#include "sys/copy.h"
#include "sys/files.h"
#include "sys/inputs.h"
#include "sys/stream.h"

#include "abi/errors.h"

/* 0, or why not.  A file that were copied to itself would be emptied before it is read. */
static uint32_t
may_copy(uint32_t in, const char *from, const char *to)
{
    struct stream_view a, b;
    uint32_t error = stream_stat(in, &a).error;

    if (error || a.kind == STREAM_DIRECTORY)
        return error ? error : ERR_DIRECTORY;
    return !file_stat(to, &b).error && a.id == b.id && a.kind == b.kind && file_together(from, to) ? ERR_FILE_EXISTS : 0;
}

static uint32_t
copy(const char *from, const char *to)
{
    struct result in = file_open(from, 0), out;
    uint32_t error;

    if (in.error)
        return failed(from, in.error);
    error = may_copy(in.value, from, to);
    if (!error) {
        out = file_open(to, FILE_CREATE | FILE_TRUNCATE);
        error = out.error ? out.error : copy_bytes(in.value, out.value);
        if (!out.error)
            descriptor_close(out.value);
    }
    descriptor_close(in.value);
    return error ? failed(error == ERR_DIRECTORY ? from : to, error) : 0;
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "from ... to");

    return each_target(&o, copy);
}
