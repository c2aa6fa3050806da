/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much memory there is for the store.  The pages of its objects count as this process's own, and the machine's memory
 * is left to others when it is short: so what the process itself needs never fails for the files' sake.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* How many blocks this process could have at most. */
uint32_t supply_blocks(void);

/* As store_start() wants it. */
bool supply_may(uint32_t blocks);
