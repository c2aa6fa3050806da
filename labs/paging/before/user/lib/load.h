/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a program that lies in a boot module.
 */
#pragma once

#include "call.h"

struct result program_start(const struct boot_module *module, void *stack, size_t size,
                            const struct boot_info *info);
