/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "host.h"

/* Answers with the end of the kernel. */
paddr_t take_boot(struct input *in, struct boot *boot);
