/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a program that lies in a boot module.
 */
#pragma once

#include "process.h"

struct result program_load(const struct boot_module *module);
struct result program_run(uint32_t process, const struct boot_module *module, const struct boot_info *info);
struct result program_start(const struct boot_module *module, const struct boot_info *info);
