/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files that a program works on.
 */
#pragma once

#include "options.h"
#include "stdio.h"

/*
 * Each operand names a file to be read, "-" is stdin; without operands it is stdin alone.  What cannot be read is
 * told to stderr.  Answers with the exit status.
 */
uint32_t each_input(char **operand, void (*work)(struct stream *s, const char *name));

/* Such work: all of it goes to stdout. */
void pass_on(struct stream *s, const char *name);

/*
 * All operands but the last are files that go to the last: to that name, or if it is a directory, into it.  `work` gets
 * two paths, and answers with an exit status, as this does.
 */
uint32_t each_target(const struct options *o, uint32_t (*work)(const char *from, const char *to));

/* The heap gets nearly all memory that the process may still have: with more it would end by a fault. */
void large_heap(void);

/* What is left of the stream, and a zero behind it, in memory of the heap's.  NULL if it is too much. */
char *read_all(struct stream *s, uint32_t *size);
