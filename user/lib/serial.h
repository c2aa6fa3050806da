/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of the first serial line, user/servers/serial.c: what it is asked, and what
 * it is given.
 */
#pragma once

#include "message.h"
#include "start.h"

/*
 * Reply: how many bytes, 0, and the bytes, in the order in which they came: as many as there are and
 * have room, at least one.  While there is none the call waits.
 */
#define SERIAL_READ (CALL_USER_FIRST + 4)

#define SERIAL_ERR_READERS 2 /* too many wait already */

/* The line's interrupt and ports. */
#define SERIAL_IRQ   4
#define SERIAL_FIRST 0x3f8
#define SERIAL_PORTS 8

/* It is started with these descriptors, its door and the machine with WRITE; and may use the ports. */
#define SERIAL_DOOR    1
#define SERIAL_MACHINE 2

/* Above what computes: the line holds 16 bytes, which come in 1.4 ms. */
#define SERIAL_PRIORITY 28

/*
 * For the root process: starts it, and tells the door to read at.  Value: the process.  When that is no more
 * the door is closed, and the interrupt is nobody's.
 */
struct result serial_start(const struct boot_info *info, uint32_t *door);
void serial_close(uint32_t door);

/* SERIAL_READ.  Value: how many bytes; at most `size`, which is at most SERIAL_READ_MAX.  By one thread at a time. */
#define SERIAL_READ_MAX 4087
struct result serial_read(uint32_t door, void *to, uint32_t size);
