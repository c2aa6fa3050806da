/* SPDX-License-Identifier: BSD-2-Clause */
#define NAME     "right: "
#define TREASURE 0x819477
#include "twin.h"
