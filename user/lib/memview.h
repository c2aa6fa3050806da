/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A picture of all memory on the VGA screen.  For the root process.
 */
#pragma once

#include "process.h"

/* Takes the screen over: the kernel's console leaves it for good. */
struct result memview_open(void);
void memview_close(void);

/* Draws what is in RAM now, and the address spaces of `count` processes. */
void memview_draw(const uint32_t *processes, uint32_t count);
