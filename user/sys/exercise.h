/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands in for an exercise that nobody has done yet.
 */
#pragma once

/* Says so, once. */
void exercise_missing(const char *exercise);
