/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands in for an exercise that nobody has done yet.
 */
#pragma once

/* Says so, once. */
void exercise_missing(const char *exercise);

/* Where the manager cannot go on without it. */
#define UNFINISHED 15 /* how the machine stops then */
void exercise_stop(const char *exercise) __attribute__((noreturn));
