/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A picture of all memory on the VGA screen.  For the root process.
 */
#pragma once

#include "process.h"

/* Takes the screen over: the kernel's console leaves it for good. */
struct result memview_open(void);
void memview_close(void);

struct memview {
    uint32_t process; /* its descriptor */
    const char *name; /* up to the first dot or blank of it is shown */
};

/* Draws what is in RAM now, and the address spaces of `count` processes, up to nine. */
void memview_draw(const struct memview *shown, uint32_t count);
