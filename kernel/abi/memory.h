/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The address space as ring 3 sees it.  Address 0 is never mapped.
 *
 *   0x08000000  programs: their text, data, stacks
 *   0x0a000000  struct boot_info, then the boot modules, read-only
 *   0xc0000000  the kernel
 */
#pragma once

/* Where these begin and end. */
#define USER_BASE   0x08000000
#define USER_SIZE   0x00400000
#define USER_END    (USER_BASE + USER_SIZE)
#define BOOT_BASE   0x0a000000
#define BOOT_LIMIT  0x0c000000
#define KERNEL_BASE 0xc0000000
