/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program is called with: options, and then operands.  The line of help that people see is also what
 * says which there may be:
 *
 *     [-vnc]       letters that may be given, one by one or together
 *     [-n count]   a letter with a number behind it
 *     text         an operand that there must be
 *     [path]       one that there may be
 *     path ...     at least one, [path ...] any number
 *
 * Options end with the first operand, or with "--".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct options {
    uint32_t letters; /* bit 0 for a, and so on */
    uint32_t number;  /* behind the letter that has one */
    uint32_t operands;
    char **operand; /* NULL behind the last */
};

/* Does not return if it was called in another way: see bad_usage(). */
struct options options(int argc, char **argv, const char *usage);

static inline bool
has(const struct options *o, char letter)
{
    return o->letters >> (letter - 'a') & 1;
}

/* The text as a number; bad_usage() if it is none. */
uint32_t number_of(const char *text);

/* Tells how the program is called, and ends it with status 2. */
void bad_usage(void) __attribute__((noreturn));

/* "NAME: WHAT: WHY" to stderr.  The answer is 1, for an exit status. */
uint32_t failed(const char *what, uint32_t error);
