/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "call.h"

#define DATE_SIZE 20

/* Seconds since 1970 as "2026-11-21 19:59:07", in UTC. */
void date_text(uint32_t seconds, char to[DATE_SIZE]);

/* Value: seconds since 1970, as the clock says. */
struct result date_now(void);
