/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors in words.
 */
#pragma once

#include <stdint.h>

/* "no such file"; "unknown error" for what has no text.  The numbers: pm/abi/errors.h, kernel/abi/call.h. */
const char *error_text(uint32_t error);

/* To stderr: "PROGRAM: WHAT: TEXT", where `program` and `what` may be NULL.  stdout goes before it. */
void complain(const char *program, const char *what, uint32_t error);
