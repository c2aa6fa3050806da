/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell's variables, and its parameters: what $1, $# and $? stand for.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "parse.h"

struct variable {
    struct variable *next; /* in the order of the alphabet */
    char *value;
    bool exported;
    char name[];
};

extern struct variable *variables;

/* NULL if there is none. */
const char *variable_get(const char *name, size_t length);

/* False if memory is short.  What was exported stays so. */
bool variable_set(const char *name, size_t length, const char *value);

/* With no value, if there was none. */
bool variable_export(const char *name, size_t length);

void variable_unset(const char *name);

/* From NAME=VALUE; what is none is left out. */
bool variables_import(char **environment);

/*
 * What is exported, as programs get it, and `more`, NAME=VALUE, for this one: in the pool, with NULL behind the last.
 * NULL if memory is short.
 */
char **variables_environment(struct pool *pool, const struct word *more);

/* The parameters of a script, and what the last command gave. */
struct parameters {
    uint32_t count;
    char **values; /* $1 and so on */
    const char *name; /* $0 */
    uint32_t status, process;
};

extern struct parameters parameters;
