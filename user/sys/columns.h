/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables: what printf cannot do.  All to stdout.
 */
#pragma once

#include <stdint.h>

/* The text at the left of so many columns: cut so that a blank follows it. */
void put_left(const char *text, uint32_t width);

/* Rights in words, with blanks between them; "none". */
void put_rights(uint32_t rights);

/* "[####......]", with `width` places, of which part/whole are full. */
void put_bar(uint32_t part, uint32_t whole, uint32_t width);
