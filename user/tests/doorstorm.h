/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What doorstorm.c and the programs that it starts have agreed on.
 */
#pragma once

#include <stdint.h>

#include "abi/memory.h"

#define PAGE 4096u

/* --- doorhostile.c: several processes, in each of them several threads, that call whatever there is. */

#define STORMERS    3  /* processes */
#define SLOTS       16 /* threads in each of them: its stack has a page for each */
#define SHAPES_MAX  64
#define OUTCOMES    21 /* 0: no error; 1 to 0x13: ERR_FIRST and so much; 0x14: a server's */
#define BOARD       0x20000000u
#define BOARD_PAGES 2
#define IRQ_BUSY    4 /* comes often: doorstorm.c sees to it */

/* Each process of the storm has one, and the controller has them all. */
struct board {
    uint32_t seed;
    uint32_t first, step;     /* numbers of this process's calls: first, first + step, ... */
    volatile uint32_t calls;  /* made, or begun */
    volatile uint32_t slots;  /* given to threads */
    volatile uint32_t wrong;  /* 0; or the line in doorhostile.c where a call came back as it never should */
    volatile uint32_t seen;   /* its function */
    uint32_t functions[SHAPES_MAX];          /* that it calls; 0 behind the last */
    uint32_t outcomes[SHAPES_MAX][OUTCOMES]; /* and what came of it */
};

/*
 * Their buffers: pages that can be written (w) or only read (r), and gaps.  What is
 * written to COMMON the other processes of the storm find there, too.
 *
 *      w w . w r . r w . C . D          C: COMMON; D: a device
 */
#define ARENA       0x30000000u
#define ARENA_PAGES "ww.wr.rw.C.D"
#define TOP         (KERNEL_BASE - PAGE) /* one more to be written, just below the kernel */

/* --- bystander.c: a client, and its server. */

#define WITNESS 0x20000000u
#define WINDOW  0x30000000u /* the client's page that its pager brings, in the table of its buffers */
#define BUFFERS 0x30001000u
#define BUFFER_PAGES 4

struct witness {
    uint32_t server;         /* 1: it is the server, 0: the client */
    uint32_t seed;
    uint32_t door;           /* the server: its own; the client: to the server */
    uint32_t other;          /* the server: the client's process; the client: a door of its own */
    volatile uint32_t count; /* messages that went well */
    volatile uint32_t wrong; /* 0; or the line in bystander.c that found something wrong */
    volatile uint32_t seen;  /* what */
};
