/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device of a file system (device.h) by messages to the driver of disks, user/abi/disk.h.
 */
#pragma once

#include "device.h"

/* The disk or partition of this name, through a buffer that is mapped at `address`.  0, or an error. */
uint32_t disk_attach(const char *name, uint32_t address, struct device *device);
