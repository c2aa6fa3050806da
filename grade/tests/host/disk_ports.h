/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In place of user/disk/ports.h: the ports of a controller that does not exist.  See disk_board.c.
 */
#pragma once

#include <stdint.h>

void out8(uint16_t port, uint8_t value);
uint8_t in8(uint16_t port);
void out32(uint16_t port, uint32_t value);
uint32_t in32(uint16_t port);
void in16_all(uint16_t port, void *to, uint32_t count);
void out16_all(uint16_t port, const void *from, uint32_t count);
