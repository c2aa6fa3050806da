/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another process that has the caller's program in its memory: for tests that want
 * two address spaces, and one text to read.
 */
#pragma once

#include "process.h"

/*
 * A process that shares the caller's text and data, but no stacks that are above
 * them.  `self` is a descriptor of the caller's own process.  Value: its descriptor.
 */
struct result peer_new(uint32_t machine, uint32_t self);

/* Starts `function(argument)` there, on `stack`: the end of memory that it has. */
struct result peer_run(uint32_t process, void (*function)(void *), void *argument, void *stack);
