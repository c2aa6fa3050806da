/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of functions: for programs that show what others call.
 */
#pragma once

#include <stdint.h>

#define CALL_NAME_MAX 20 /* the zero included */

/* As in the headers, without what is before the first underline: "READ".  A number without a name: in hexadecimal. */
void call_name(uint32_t function, char *to);

/* What a descriptor of the standard environment is for: "files"; "" for the others. */
const char *descriptor_name(uint32_t descriptor);
