/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text and memory, as in the C library as far as it goes.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);

/*
 * Knows %s %c %d %u %x %%, a width, and 0 before the width.  Writes at most
 * `size` bytes, a zero at the end included; answers with the length that the whole
 * text has.
 */
size_t vsnprintf(char *to, size_t size, const char *format, va_list arguments);
size_t snprintf(char *to, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* One kernel call, so that lines of several threads do not mix. */
void printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
