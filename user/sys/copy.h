/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copying from one open file to another.
 */
#pragma once

#include <stdint.h>

/* What is in the one goes behind what is in the other.  0; an error of either.  Blocks as reading and writing do. */
uint32_t copy_bytes(uint32_t from, uint32_t to);
