/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory under pressure: steps that grade/tests/pressure.py wrote into the boot archive, each with what has to come of it.  The
 * director does them, or has them done: by actors, each a process of pressure.c, and by the server of files of pressure_files.c.
 */
#pragma once

#include <stdint.h>

#include "abi/door.h"

struct step {
    uint32_t actor; /* 0: the director; SERVER: that one */
    uint32_t what, flags;
    uint32_t argument[5];
    uint32_t value, error; /* that have to come of it */
};

#define STEP_LATER 1 /* the play goes on meanwhile, up to BARRIER */
#define STEP_ANY   2 /* whatever comes of it */
#define STEP_LOST  4 /* or it ends because a page is lost, or was killed; then what else it had to do is left out */
#define STEP_GIVES 8 /* the director's register argument[0] goes with it */

#define SERVER    15
#define ACTORS    16
#define REGISTERS 16
#define ENDED     0xe0000000u /* instead of a value: how << 16 | status */

/* Of anybody.  Addresses and pages come first. */
enum {
    MAP, UNMAP, ATTACH, PROTECT, ADVISE, SYNC, WRITE, SUM, LARGE, NEW, TAKE, RESIZE, DELETE, EXIT, TICK, SET, WILD, ASK_SWAP,
    /* Of the director. */
    START = 32, KILL, WAIT, BARRIER, PEEK, BALLAST, DRIVER, END_DRIVER, SWAP, NAP, COUNTS, MARK, SAME, LOOSE, ODD_SWAP, OPEN, AGAIN,
    /* Of the server. */
    FILE_NEW = 64, FILE_SUM, FILE_SIZE, FILE_GONE, FILE_FAILS, FILE_STUCK,
};

/* ODD_SWAP: what is wrong with it. */
enum { ODD_READ_ONLY, ODD_DELETED, ODD_SMALL, ODD_OWN_DOOR, ODD_DEAD_DOOR, ODD_LONG_NAME, ODD_ONE_SLOT, ODD_TAKEN };

/* What an actor sends: what came of its last step, and perhaps a descriptor; the reply is the next one. */
#define NEXT (CALL_USER_FIRST + 8)

struct told {
    uint32_t value, error;
};

/* The word that a WRITE puts into the page `i` of its range, and where. */
static inline uint32_t
pressure_place(uint32_t seed, uint32_t i)
{
    return (seed * 7 + i * 13) % 1024;
}

static inline uint32_t
pressure_word(uint32_t seed, uint32_t i)
{
    return (seed + i) * 2654435761u ^ seed;
}

/* A page's part of a sum: zeros are nothing. */
static inline uint32_t
pressure_sum(uint32_t sum, const uint32_t *page)
{
    uint32_t own = 0;

    for (uint32_t i = 0; i < 1024; i++)
        own += page[i] * (2 * i + 1);
    return sum * 31 + own;
}
