/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jobs: the processes of one pipeline.  One is in the foreground, and the shell waits for it; others have
 * numbers.
 */
#pragma once

#include "interrupt.h"
#include "pool.h"
#include "sys/stdio.h"

#define JOB_MEMBERS 16

struct member {
    struct foreground process; /* child is 0: it has ended */
    const char *path;
};

struct job {
    struct job *next; /* with a higher number */
    struct pool pool; /* for itself */
    bool foreground;
    uint32_t number;  /* from 1 on, if the shell does not wait for it */
    uint32_t count;
    uint32_t status;  /* of its last program */
    uint32_t last;    /* the capability of that, or 0 */
    const char *text;
    struct member member[JOB_MEMBERS];
};

/* With no members.  NULL if memory is short. */
struct job *job_new(const char *text, bool foreground);

/* One process more: at most JOB_MEMBERS. */
void job_add(struct job *job, uint32_t child, const char *path);

/* Waits until it has ended, in the foreground, and forgets it.  Answers with its status. */
uint32_t job_wait(struct job *job);

/* The shell goes on without it. */
void job_leave(struct job *job);

/* By its number; 0: the one with the highest.  NULL if there is none. */
struct job *job_find(uint32_t number);

void job_kill(struct job *job);

/* Forgets what has ended, and says so to a person. */
void jobs_look(void);

void jobs_show(struct stream *out);
