/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which place of a program an address is, by its file's symbol table.
 */
#pragma once

#include "call.h"

/* "main + 0x12" into `to`; ERR_NOT_FOUND if the file, open as `fd`, says nothing about it.  Hostile files do no harm, nor do their names. */
struct result symbol_find(uint32_t fd, uint32_t address, char *to, uint32_t size);
