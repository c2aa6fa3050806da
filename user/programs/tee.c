/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What comes in goes out, and into a file besides.
 */
#include "door.h"
#include "sys/files.h"
#include "sys/options.h"
#include "sys/stdio.h"

int
main(int argc, char **argv)
{
    static struct stream copy;
    struct options o = options(argc, argv, "file");
    struct result file = file_open(o.operand[0], FILE_CREATE | FILE_TRUNCATE);
    uint32_t error;

    if (file.error)
        return failed(o.operand[0], file.error);
    stream_use(&copy, file.value);
    for (int c; (c = getc(stdin)) >= 0;) {
        putc(c, stdout);
        putc(c, &copy);
    }
    error = flush(&copy);
    return error ? failed(o.operand[0], error) : stdin->error != 0;
}
