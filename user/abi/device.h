/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Drivers.  Their doors are system doors: only who is trusted to make them does.
 */
#pragma once

#include "abi/door.h"

#define KEYBOARD_NAME "/dev/keyboard"
#define SERIAL_NAME   "/dev/serial"
#define CLOCK_NAME    "/dev/clock"

/* -> value: how many bytes, 0, and them: scan codes of set 1, or what came over the line.  Waits for one. */
#define DEVICE_READ 0x1004

/* { bytes }: over the serial line. -> value: how many. */
#define DEVICE_WRITE 0x100d

/* Of the clock: -> value: seconds since 1970. */
#define CLOCK_SECONDS 0x1014
