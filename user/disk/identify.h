/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a drive says about itself.
 */
#pragma once

#include "ata.h"

#define IDENTITY_WORDS 256

/* Its words, as it sends them.  `dma`: the controller can.  Who cannot do what the driver needs is not there. */
struct drive identity_read(const uint16_t word[IDENTITY_WORDS], bool dma);

/* The channel forgets what it was at, and both drives are asked: drives[] is filled. */
void identify_all(void);
