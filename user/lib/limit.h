/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel calls by which a process manager bounds, stops and looks at processes: abi/door.h.
 */
#pragma once

#include "door.h"

struct result process_limit(uint32_t process, uint32_t threads, uint32_t descriptors, bool console);
struct result process_run(uint32_t process);
struct result process_stop(uint32_t process);
struct result process_counts(uint32_t process, struct process_counts *counts);
struct result process_descriptor(uint32_t process, uint32_t number, struct process_descriptor *found);
struct result door_counts(uint32_t door, struct door_counts *counts);
