/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel calls by which a process manager bounds, stops, watches and looks at processes: abi/door.h.
 */
#pragma once

#include "door.h"

struct result process_limit(uint32_t process, uint32_t threads, uint32_t descriptors, bool console);
struct result process_run(uint32_t process);
struct result process_stop(uint32_t process);
struct result process_counts(uint32_t process, struct process_counts *counts);
struct result process_descriptor(uint32_t process, uint32_t number, struct process_descriptor *found);

/* The door gets the calls of the thread, and lets them pass, or not: CALL_THREAD_TRACE. */
struct result thread_trace(uint32_t thread, uint32_t door, uint32_t cookie);

/* In which call is this thread, or the one with the next number above?  `door`: is it at that one?  Value: the thread's number. */
struct result process_call(uint32_t process, uint32_t thread, uint32_t door, struct process_call *call);

struct result door_counts(uint32_t door, struct door_counts *counts);
