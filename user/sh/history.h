/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines that were given, as many as there is room for.
 */
#pragma once

#include <stdint.h>

#define HISTORY 50

/* Not an empty line, nor the one before once more. */
void history_add(const char *line);

/* The line that was given `back` lines ago, from 1 on; NULL if it is not there any more. */
const char *history_line(uint32_t back);

/* How many were given. */
uint32_t history_count(void);

void history_clear(void);
