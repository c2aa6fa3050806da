/* SPDX-License-Identifier: BSD-2-Clause */
#define NAME     "left:  "
#define TREASURE 0x1ef7
#include "twin.h"
