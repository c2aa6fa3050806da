/* SPDX-License-Identifier: BSD-2-Clause */
/* One of the two that share the processor: see demo.c. */
#define NAME "ping"
#include "counter.h"
