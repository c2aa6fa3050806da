/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ctrl-C ends the programs of the foreground job, and those that they have started; and what the line had more to do
 * is not done.  While a line is typed it drops that.
 *
 * A second thread waits for it.  What both threads know is in interrupt.c, behind a lock: the capabilities of the foreground's
 * processes, or the prompt of the line that is typed.  The window manager may be told of Ctrl-C just when the first thread is
 * about to read, which then waits for a key; so it is the second that shows the prompt again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* One process.  They are many: a builtin of a pipeline may wait for another job, or run a file with pipelines. */
struct foreground {
    struct foreground *next;
    uint32_t child; /* its capability */
};

/* From now on it is waited for at this window. */
void interrupt_start(uint32_t window);

/*
 * A process is in the foreground, until foreground_remove().  It runs already: if Ctrl-C was typed since the prompt, it ends at
 * once, and so do those that it has started meanwhile.
 */
void foreground_add(struct foreground *new);

/* Before its descriptor is closed; it need not be there. */
void foreground_remove(const struct foreground *old);

/* Was Ctrl-C typed since then? */
bool interrupted(void);

/*
 * A line is about to be typed, behind this prompt, which stays where it is.  From here to prompt_give(), and from prompt_take()
 * to prompt_give(), the other thread does not write to the window.
 */
void prompt_begin(const char *prompt);

/* A key has come.  Is it the first one after Ctrl-C? */
bool prompt_take(void);

/* Does the line go on? */
void prompt_give(bool on);
