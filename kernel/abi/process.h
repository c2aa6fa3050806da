/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes and their memory.  Each call here has a process or the machine as
 * its target, named by a descriptor: a small number that means something in
 * the caller's process only, and carries rights.  A call needs the right that
 * its class stands for (abi/call.h), else it fails with ERR_RIGHT.
 *
 * A call that fails has changed nothing.
 */
#pragma once

#include <stdint.h>

/* Rights that a descriptor carries. */
#define RIGHT_DELETE (1u << 1)
#define RIGHT_START  (1u << 2)
#define RIGHT_STOP   (1u << 3)
#define RIGHT_READ   (1u << 4)
#define RIGHT_WRITE  (1u << 5)
#define RIGHTS       (RIGHT_DELETE | RIGHT_START | RIGHT_STOP | RIGHT_READ | RIGHT_WRITE)

/* What the root process is born with. */
#define DESCRIPTOR_ROOT 2 /* its own process, with all rights but DELETE; and CALL_MACHINE, with all */

/*
 * Memory comes in pages of 4,096 bytes; a range is 1 to MEMORY_PAGES_MAX of
 * them.  It begins at a multiple of 4,096 that is not 0 and ends at KERNEL_BASE
 * or below; else ERR_ADDRESS.
 */
#define MEMORY_PAGES_MAX 64

#define CALL_PROCESS_DELETE 0x41 /* ends its threads, frees its memory; closes the descriptor */
#define CALL_PROCESS_START  0x4a /* data: struct thread_start; value: the thread's number */

/* data: struct memory_range, with no flags; reply, in the same buffer: struct memory_view */
#define CALL_MEMORY_QUERY   0x54
#define CALL_MEMORY_SCAN    0x5d /* the same, and clears ACCESSED and DIRTY */

/* data: struct memory_range */
#define CALL_MEMORY_MAP     0x65 /* new pages, all zeros; ERR_MAPPED if any page is mapped */
#define CALL_MEMORY_PROTECT 0x6d /* ERR_ABSENT if any page is not mapped; ERR_RIGHT: see struct memory_share */
#define CALL_MEMORY_UNMAP   0x75 /* what is mapped in the range, no flags; value: pages */

#define CALL_MEMORY_SHARE   0x7d /* data: struct memory_share; maps pages of another process */
#define CALL_MEMORY_DEVICE  0x85 /* data: struct memory_device; maps what is no RAM of the kernel's */

struct memory_range {
    uint32_t address;
    uint32_t pages;
    uint32_t flags; /* 0 or MEMORY_WRITABLE */
};

/*
 * The pages at `from` in process `source` appear in the range too.  All have
 * to be there, else ERR_ABSENT.  The caller needs READ on the source, and to
 * share them writable WRITE.  A page that came by SHARE read-only stays so: who
 * has it can neither PROTECT it writable nor share it writable (ERR_RIGHT).
 * Device memory is not shared: ERR_ADDRESS.
 */
struct memory_share {
    struct memory_range to;
    uint32_t source; /* a descriptor of the caller's */
    uint32_t from;
};

/* `machine` is a descriptor of the machine, with WRITE. */
struct memory_device {
    struct memory_range to;
    uint32_t machine;
    uint32_t physical; /* address: a multiple of 4,096, no RAM up to the range's end, else ERR_ADDRESS */
};

/* As long as the range has pages.  Its first two words come back in arg0 and arg1, too. */
struct memory_view {
    uint32_t next; /* address of the first mapped page behind the range; 0 if there is none */
    uint32_t error;
    uint32_t page[MEMORY_PAGES_MAX];
};

/* A page in a view: 0 when it is not mapped. */
#define MEMORY_MAPPED   0x001u
#define MEMORY_WRITABLE 0x002u
#define MEMORY_ACCESSED 0x020u
#define MEMORY_DIRTY    0x040u
#define MEMORY_DEVICE   0x200u
#define MEMORY_FRAME    0xfffff000u /* its physical address */

/* On the machine. */
#define CALL_PROCESS_CREATE 0xca /* value: a descriptor with all rights; ERR_MEMORY, ERR_FULL */
#define CALL_FRAMES         0xd4 /* data: struct frame_range; reply: struct frame_view */

#define FRAMES_MAX 1021 /* in one call */

struct frame_range {
    uint32_t first;  /* physical address / 4,096 */
    uint32_t frames; /* 0 to FRAMES_MAX */
};

/* As long as the range has frames. */
struct frame_view {
    uint32_t free; /* frames in the whole machine */
    uint32_t error;
    uint32_t users[FRAMES_MAX]; /* 0: free; FRAME_NO_RAM: no memory is there */
};

#define FRAME_NO_RAM 0xffffffffu /* instead of a number of users */
