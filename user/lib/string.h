/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What programs that read text need besides text.h.  As in the C library, and strlcpy
 * as in BSD's.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

void *memmove(void *to, const void *from, size_t size);
int strncmp(const char *a, const char *b, size_t size);
char *strchr(const char *text, int c);

/* Copies what fits into `size` bytes, a zero at the end included; answers with the whole length. */
size_t strlcpy(char *to, const char *from, size_t size);

/*
 * A number, decimal or behind 0x hexadecimal.  Answers with what is behind it; NULL if there is none, or
 * it has more than 32 bits.
 */
const char *parse_number(const char *text, uint32_t *value);
