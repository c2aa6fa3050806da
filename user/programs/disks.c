/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Disks and partitions.
 */
#include "sys/columns.h"
#include "sys/disk.h"
#include "sys/manager.h"
#include "sys/options.h"
#include "sys/stdio.h"

#define SECTORS_KIB 2

/* What is usual on a PC; others have only their number. */
static const struct {
    uint32_t type;
    const char *name;
} types[] = {{0x82, "swap"}, {0x83, "files"}};

static void
put_type(uint32_t type)
{
    for (uint32_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        if (types[i].type == type) {
            puts(types[i].name);
            return;
        }
    printf("type %x\n", type);
}

static void
show(const struct disk_view *view)
{
    put_left(view->name, 9);
    printf("%8u %9u ", view->sectors / SECTORS_KIB, view->first);
    if (view->type)
        put_type(view->type);
    else
        printf("%s, %s\n", view->model, view->dma ? "DMA" : "PIO");
}

int
main(int argc, char **argv)
{
    struct disk_view view;
    struct result disk;
    uint32_t rest;

    options(argc, argv, "");
    disk = name_resolve(DISK_NAME, &rest);
    if (disk.error)
        return failed(DISK_NAME, disk.error);
    puts("DISK          KIB     FIRST CONTENTS");
    for (uint32_t i = 0; !disk_list(disk.value, i, &view).error; i++)
        show(&view);
    return 0;
}
