/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the text of commands to a tree of them:
 *
 *     list:      pipeline { && pipeline | || pipeline } , ended by ; & or the end of the line
 *     pipeline:  command { | command }
 *     command:   NAME=value ... word ... , with redirections anywhere
 *
 * Words stay as they were written, with their quotes: expand.h.
 */
#pragma once

#include <stdint.h>

#include "pool.h"

struct word {
    struct word *next;
    const char *text;
};

enum redirect_kind {
    REDIRECT_READ,   /* < */
    REDIRECT_WRITE,  /* > */
    REDIRECT_APPEND, /* >> */
    REDIRECT_SAME,   /* >& */
};

struct redirect {
    struct redirect *next;
    enum redirect_kind kind;
    uint32_t number;  /* what goes elsewhere: 0 input, 1 output, 2 errors */
    uint32_t same;    /* REDIRECT_SAME: where this one goes */
    const char *word; /* the others: to a file */
};

struct command {
    struct command *next;
    struct word *assignments, *words;
    struct redirect *redirects;
};

enum when {
    ALWAYS,
    IF_GOOD, /* behind && */
    IF_BAD,  /* behind || */
};

struct pipeline {
    struct pipeline *next;
    enum when when;
    struct command *commands;
};

struct list {
    struct list *next;
    struct pipeline *pipelines;
    bool background;
    const char *text; /* as it was written */
};

enum parse_result {
    PARSE_DONE,
    PARSE_MORE,  /* it goes on in the next line; if there is none, `why` is the error */
    PARSE_ERROR, /* `why` says what is wrong, `line` where */
};

struct parsed {
    struct list *lists; /* NULL: nothing to do */
    const char *why;
    uint32_t line;
};

#define NO_MEMORY "not enough memory"

/* The text begins in line `line`.  What comes out is in the pool, and the text need not stay. */
enum parse_result parse(struct pool *pool, const char *text, uint32_t line, struct parsed *parsed);

/* The length of the name of a variable that the text begins with, or 0. */
size_t name_length(const char *text);
