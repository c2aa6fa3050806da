/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A play: steps that the grader wrote into the boot archive, and the actors that do them, each a process
 * of this program.  grade/lintel/pmplay.py writes them, and reads what is reported.
 */
#pragma once

#include <stdint.h>

#define REGISTERS 64 /* descriptors that an actor remembers; the first are those that it was started with */

/* Behind it come `gives` words, the registers whose descriptors are sent, and `size` bytes, padded to a word. */
struct step {
    uint32_t actor; /* 0: the director */
    uint32_t flags;
    uint32_t function; /* of a call, or PLAY_... */
    uint32_t target;   /* a descriptor, or a register */
    uint32_t limit;    /* of a CALL_RECEIVE, milliseconds */
    uint32_t store;    /* the register for the first descriptor that comes back */
    uint32_t show;     /* words of the reply that are reported */
    uint32_t gives;
    uint32_t size;
};

#define STEP_REGISTER 1 /* the target is a register */
#define STEP_VALUE    2 /* the reply's value is a descriptor, to be stored */
#define STEP_LATER    4 /* it may take long: the play goes on */

/* A register that is sent, in a word: which, with which rights, and whether it is kept. */
#define GIVE_REGISTER 0xffu
#define GIVE_RIGHTS   8
#define GIVE_MOVE     (1u << 16)

/* Steps that are no calls. */
#define PLAY_ACTOR 1 /* data: text domain, number, rights of its pmcap: a new actor; its capability is stored */
#define PLAY_READ  2 /* data: address */
#define PLAY_WRITE 3 /* data: address, value */
#define PLAY_AWAIT 4 /* data: number: an actor that has something to do later has done it */
#define PLAY_NAP   5 /* data: milliseconds */
#define PLAY_SPAWN 6 /* data: held; texts with zeros: a program in the archive, its domain; its capability is stored */
