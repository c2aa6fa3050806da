/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A command that is about to run: all that depends on variables, files and descriptors has been put in.
 */
#pragma once

#include "builtin.h"
#include "streams.h"

struct ready {
    struct ready *next;
    const struct builtin *builtin; /* NULL: nothing to do but to set variables */
    char **argv;
    struct word *assignments; /* NAME=VALUE */
    struct streams streams;
};

/* From the streams that it has.  False, and something was said. */
bool ready_get(struct pool *pool, const struct command *c, struct ready *r);
