/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stdint.h>

/* Puts the pointers in order.  `compare` says of two of them what strcmp says of texts.  Equal ones may change places. */
void sort_pointers(void **item, uint32_t count, int (*compare)(const void *a, const void *b));
