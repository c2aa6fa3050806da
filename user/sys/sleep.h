/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stdint.h>

/* The calling thread waits for so long, at least; a tick of the timer is the finest. */
void sleep_milliseconds(uint32_t milliseconds);
