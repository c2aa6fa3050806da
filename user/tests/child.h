/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page by which isolation.c tells its children what to do.
 */
#pragma once

#include <stdint.h>

#define CHILD_ORDERS 0x30000000u

enum { CHILD_WAIT, CHILD_READ, CHILD_WRITE };

struct orders {
    uint32_t act; /* the child sets it to CHILD_WAIT when it is done */
    uint32_t address, value;
};
