/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The disk below: 0, or an error.  What is written may come to the disk in any order, but not behind what is
 * written after flush().
 */
#pragma once

#include <stdint.h>

#define SECTOR 512u

struct device {
    uint32_t sectors;
    uint32_t (*read)(uint32_t sector, uint32_t count, void *to);
    uint32_t (*write)(uint32_t sector, uint32_t count, const void *from);
    uint32_t (*flush)(void);
};
