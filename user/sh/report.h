/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is said about processes that did not end well.
 */
#pragma once

#include "abi/pm.h"

/* What the process was called by, and the file of its program. */
void report_process(const char *path, const struct process_view *view);

/* The status that it gives. */
uint32_t status_of(const struct process_view *view);
