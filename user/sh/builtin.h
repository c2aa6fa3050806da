/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands that are parts of the shell.
 */
#pragma once

#include "sys/stdio.h"

struct builtin {
    const char *name;
    uint32_t (*run)(struct stream *out, char **argv); /* answers with the status */
    const char *words, *help; /* what it is called with, what it does */
};

/* NULL behind the last one. */
const struct builtin *builtin_number(uint32_t index);

/* NULL: there is none of this name. */
const struct builtin *builtin_find(const char *name);

/* help.c */
uint32_t run_help(struct stream *out, char **argv);
