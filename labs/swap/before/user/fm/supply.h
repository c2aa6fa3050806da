/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for the store, from the process manager.  Its pages come when they are touched, and who touches one
 * that cannot come ends.  So they are touched here, when it is known that there are enough, and never later.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* How many blocks this process could have at most. */
uint32_t supply_blocks(void);

/* As store_start() wants it. */
bool supply_more(void *at, uint32_t size);
