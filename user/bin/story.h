/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the programs of the demonstration ask each other.
 */
#pragma once

#include "abi/door.h"

/* --- server.c, at its door, which is its descriptor 1. */

#define STORY_OPEN  (CALL_USER_FIRST + 0)  /* reply: a descriptor; what is read through it begins at the beginning */
#define STORY_READ  (CALL_USER_FIRST + 12) /* reply: 0, 0, and the next word, as put_text(); STORY_ERR_END */
#define STORY_THINK (CALL_USER_FIRST + 16) /* there is no reply */

#define STORY_ERR_END 2

/* --- demo.c, from client.c.  The client's descriptors: the server's door, and the demo's. */

#define DEMO_CALLS (CALL_USER_FIRST + 0) /* now I call the server for something that takes its time */
#define DEMO_KNOWS (CALL_USER_FIRST + 8) /* the call has failed; data: uint32_t, the time on the clock */

/* --- pager.c.  Its descriptors: its door, the process that it brings pages to, and itself.  That process has: */

#define LAZY_ZEROS 0x20000000u /* pages of zeros */
#define LAZY_KEPT  0x30000000u /* what the pager keeps; it stays as it is when the process writes there */
#define LAZY_PAGES 16          /* of each */

/* A byte of what the pager keeps. */
static inline uint8_t
kept_byte(uint32_t offset)
{
    return offset / 4096 + offset;
}
