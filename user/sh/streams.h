/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the input, output and errors of one command go.
 */
#pragma once

#include "parse.h"

#define STREAMS 3

struct streams {
    uint32_t fd[STREAMS];  /* 0: nothing */
    bool owned[STREAMS];   /* it is closed with the command */
};

void streams_set(struct streams *s, uint32_t number, uint32_t fd, bool owned);

/* In the order in which they were written.  False, and something was said, if one cannot be. */
bool streams_redirect(struct pool *pool, const struct redirect *redirects, struct streams *s);

void streams_close(struct streams *s);
