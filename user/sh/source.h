/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where commands come from: a text, a file, a stream, or a person at a window.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* All answer with the status of the last command. */
uint32_t source_text(const char *text);
uint32_t source_file(const char *path);
uint32_t source_stream(uint32_t fd);

/* window.c: the standard ones are a window. */
uint32_t source_window(void);

/* --- Between source.c and window.c. */

struct growing;

struct source {
    bool (*next)(struct source *s, bool more, struct growing *to); /* appends a line; `more`: of the same command */
    struct stream *stream;
    uint32_t line;    /* of the last one that was read */
    bool dropped;     /* the command is not to be run */
    bool interactive;
    const char *name; /* for complaints, or NULL */
};

uint32_t source_run(struct source *s);
