/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the process manager does for a RAM disk, on the host: memory objects, and the window in which their server sees pages.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

void objects_start(uint32_t pages); /* that there are */
uint32_t objects_window(void);
bool objects_may(uint32_t more);
void objects_take(uint32_t pages); /* objects_may() does not know of it */
bool is_object(uint32_t descriptor);

/* As who has it mapped: writes so many bytes, then reads.  False: a fault, and nothing was written. */
bool object_touch(uint32_t object, uint32_t offset, const void *from, uint32_t written, void *to, uint32_t size);
