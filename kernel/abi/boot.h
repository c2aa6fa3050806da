/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel tells the root process.  The root process starts with the
 * address of a read-only struct boot_info in EAX.
 */
#pragma once

#include <stdint.h>

#define BOOT_MODULES 16  /* most that there can be */
#define BOOT_TEXT    128 /* bytes of a command line, its zero included */

struct boot_module {
    const void *data;     /* mapped read-only in the root process */
    uint32_t size;        /* bytes */
    char name[BOOT_TEXT]; /* as the boot loader gave it: file name and arguments */
};

struct boot_info {
    uint32_t sysenter; /* 1 if SYSENTER may be used for kernel calls */
    uint32_t hz;       /* timer interrupts a second */
    char command_line[BOOT_TEXT];
    uint32_t modules; /* how many; the first is, or holds, the root process */
    struct boot_module module[BOOT_MODULES];
};
