/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segments of a program that are mapped from its file: text is there once for all who run it, and data are copied page by page,
 * when they are written.
 */
#pragma once

#include <stdbool.h>

#include "call.h"

#include "abi/elf.h"

/* Do file and memory have the same pages?  Else what the file has of the segment has to be written. */
bool segment_can_map(const struct elf_segment *s);

/* What the file has of it is mapped from its object, which is closed by nobody; behind it, to the end of the page, come zeros. */
struct result segment_map(uint32_t child, uint32_t object, const struct elf_segment *s);
