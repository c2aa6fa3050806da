/* SPDX-License-Identifier: BSD-2-Clause */
/* One of the two that share the processor: see demo.c. */
#define NAME "      pong"
#include "counter.h"
