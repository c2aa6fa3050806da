/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap of memory.h (malloc and its kin) for programs under the process manager: memory that comes when it is
 * touched.
 */
#pragma once

#include "call.h"
#include "memory.h"

/* Before the first malloc: it deals out up to `size` bytes. */
struct result heap_start(uint32_t size);
