/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes between the programs of a pipeline.  Each is a process, which has to be waited for when it has ended.
 */
#pragma once

#include <stdint.h>

/* 0, or an error. */
uint32_t pipe_between(uint32_t *read_end, uint32_t *write_end);

/* Forgets those that have ended. */
void pipes_look(void);
