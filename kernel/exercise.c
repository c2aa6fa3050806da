/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands in for an exercise that nobody has done yet.
 */
#include "kernel.h"

static void
say(const char *exercise)
{
    print("exercise %s is missing: see the handout in labs/\n", exercise);
}

/* Says once that `exercise` is missing.  The kernel goes on without it. */
void
exercise_missing(const char *exercise)
{
    static const char *said[16];

    for (unsigned i = 0; i < 16; i++) {
        if (said[i] == NULL) {
            said[i] = exercise;
            say(exercise);
            return;
        }
        if (strncmp(said[i], exercise, BOOT_TEXT) == 0)
            return;
    }
}

/* The same, where the kernel cannot go on. */
void
exercise_stop(const char *exercise)
{
    say(exercise);
    machine_stop(MACHINE_EXERCISE);
}
