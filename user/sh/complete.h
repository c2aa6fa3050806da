/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Completing a word: with Tab the line gets what all names have in common that the word could become.  If
 * that is nothing more, the names are shown.
 */
#pragma once

#include "edit.h"

void complete(struct editor *e);

/* What else can be a command: the name of the builtin with this number, or NULL behind the last.  builtin.c. */
const char *builtin_name(uint32_t index);
