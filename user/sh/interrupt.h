/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ctrl-C ends the programs of the foreground job, and those that they have started; and what the line had more to do
 * is not done.
 *
 * A second thread waits for it.  What both threads know is in interrupt.c, behind a lock: the capabilities of the foreground's
 * processes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define FOREGROUND_MAX 16

/* From now on it is waited for at this window. */
void interrupt_start(uint32_t window);

/* A process is in the foreground; it ends at once if Ctrl-C was typed since interrupt_clear().  At most FOREGROUND_MAX. */
void foreground_add(uint32_t child);

/* Before its descriptor is closed. */
void foreground_remove(uint32_t child);

void interrupt_clear(void);
bool interrupted(void);
