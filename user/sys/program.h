/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program's own beginning and end.  main gets what struct start_page has (pm/abi/pm.h); what it returns is
 * the status of the process.
 */
#pragma once

#include <stdint.h>

extern char **environ; /* NAME=VALUE; NULL behind the last */

/* NULL if there is none. */
const char *getenv(const char *name);

/* Whatever stdio.h still keeps is written. */
void exit(uint32_t status) __attribute__((noreturn));
