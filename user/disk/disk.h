/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What all files of the driver know.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PAGE   4096u
#define DRIVES 2 /* of a channel */

enum operation { DISK_IN, DISK_OUT, DISK_SETTLE }; /* from the disk, to it; what it was told before is on it */
