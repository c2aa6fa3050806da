/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program's file, open or in memory, of which one reads pieces: its headers are checked before anything is
 * done with it.
 */
#pragma once

#include <stdbool.h>

#include "call.h"

#include "abi/elf.h"

#define IMAGE_HEAD 256 /* bytes: what a linker puts in front of the text */

struct image {
    const uint8_t *bytes; /* NULL: it is the open file `fd` */
    uint32_t fd, size;
    uint32_t head_size;   /* of the file, what has been read already */
    uint8_t head[IMAGE_HEAD];
};

struct result image_open(struct image *image, uint32_t fd);

/* All `size` bytes; ERR_CUT_SHORT if they are not there. */
struct result image_read(const struct image *image, uint32_t offset, void *to, uint32_t size);

#define SEGMENTS_MAX       8
#define SEGMENT_EXECUTABLE 1 /* flag of a segment, as ELF_WRITE */

/* What is to be loaded, in the order of addresses. */
struct program {
    uint32_t entry, segments;
    struct elf_segment segment[SEGMENTS_MAX];
};

/* Error 0, ERR_NOT_ELF, ERR_CUT_SHORT, ERR_BAD_SEGMENT, ERR_BAD_ENTRY, or of reading the file. */
struct result program_check(const struct image *image, struct program *program);
