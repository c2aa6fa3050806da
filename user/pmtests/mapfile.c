/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mapfile PATH: a file that is mapped, read and written is one and the same.
 */
#include "abi/file.h"
#include "sys/files.h"
#include "sys/object.h"
#include "sys/options.h"
#include "sys/program.h"
#include "sys/request.h"
#include "sys/stdio.h"

#define AT    0x60000000u
#define PAGE  4096u
#define PAGES 300u

static uint32_t file;

static void
must(bool holds, const char *what)
{
    if (!holds) {
        printf("mapfile: %s\n", what);
        exit(1);
    }
}

static uint32_t
object_of(uint32_t function)
{
    uint8_t buffer[16];
    struct outgoing out;
    struct result r;

    outgoing_start(&out, buffer, sizeof(buffer));
    r = ask_descriptor(function, file, &out, NULL);
    must(!r.error, "no object");
    return r.value;
}

static uint8_t *
page(uint32_t i)
{
    return (uint8_t *)(AT + i * PAGE);
}

static void
same(uint32_t i)
{
    uint8_t byte;

    must(stream_read(file, i * PAGE + 7, &byte, 1, 0).value == 1 && byte == (uint8_t)(i * 3), "another byte than was stored");
    byte = i * 5;
    must(!stream_write(file, i * PAGE + 8, &byte, 1).error && page(i)[8] == byte, "another byte than was written");
    must(page(i)[9] == 0 && page(i)[7] == (uint8_t)(i * 3), "other bytes have changed");
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "file");
    struct result r = file_open(o.operands ? o.operand[0] : "", FILE_CREATE | FILE_TRUNCATE | FILE_WRITE);

    file = r.value;
    must(!r.error && !ASK(FILE_RESIZE, file, PAGES * PAGE - 50).error, "no file");
    must(!object_map(object_of(FILE_MAP_WRITE), AT, PAGES, MEMORY_WRITABLE, 0).error, "not mapped");
    for (uint32_t i = 0; i < PAGES; i++)
        page(i)[7] = i * 3;
    for (uint32_t i = 0; i < PAGES; i++)
        same(i);
    must(object_map(object_of(FILE_MAP), AT + 2 * PAGES * PAGE, PAGES, MEMORY_WRITABLE, 0).error, "mapped for writing with READ");
    must(!ask_words(FILE_SYNC, file, NULL, 0).error, "not synced");
    must(!map_sync(AT, PAGES).error, "not synced by the manager");
    printf("mapfile: all is well\n");
    return 0;
}
