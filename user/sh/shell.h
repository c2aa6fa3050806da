/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the shell's parts have in common.
 *
 *   text     lex.c parse.c redirect.c       to lists of pipelines of commands
 *            expand.c dollar.c glob.c       what their words stand for; variables.c, pool.c
 *   keys     edit.c complete.c history.c    to a line
 *   run      run.c ready.c streams.c program.c pipes.c job.c builtin.c help.c here.c
 *   between  main.c source.c window.c report.c interrupt.c names.c
 *
 * Those of the first two rows know no doors.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "parse.h"
#include "sys/stdio.h"

/* As programs are used to it: what `status` says when no program of that name could be started, and so on. */
#define STATUS_WRONG      2   /* the command is not as it should be */
#define STATUS_NO_PROGRAM 126 /* it is there, but cannot be started */
#define STATUS_NOT_FOUND  127
#define STATUS_FAULT      128 /* and the vector */
#define STATUS_KILLED     137

struct shell {
    bool interactive;
    bool leave;      /* exit was said */
    uint32_t in;     /* what commands read, if they are not told otherwise; 0: nothing */
    uint32_t line;   /* of the script, or 0 */
    struct stream *errors; /* where complaints go */
};

extern struct shell shell;

/* "sh: line 3: what: why"; `what` may be NULL. */
void wrong(const char *what, const char *why);

/* run.c */
void run_lists(const struct list *lists);
