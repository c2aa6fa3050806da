/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process manager.  It makes doors and processes, gives them names, and decides by the
 * policy who may do so.  It is every process's manager: a message of its range with
 * target 0 (PM_SELF) goes there in the name of the caller's process; the others go to one of its
 * capabilities.  Which right they need on that, the class in their numbers says (kernel/abi/call.h).
 *
 * Requests are laid out word by word, in the order in which they are listed; a text is its length and its bytes,
 * without a zero (user/lib/message.h writes and reads them).  A reply begins with a value and an error, 0.
 * Errors: errors.h; ERR_MESSAGE when a request has not the parts that it should have.
 */
#pragma once

#include <stdint.h>

#include "abi/door.h"
#include "errors.h"

/*
 * What a program is started with: its first descriptors.  0, where its creator gave nothing, is not a
 * descriptor: the places are kept by descriptors of the manager without any right.
 */
#define FD_PM      1 /* pmcap: PM_CREATE */
#define FD_FILES   2 /* fmcap */
#define FD_WINDOWS 3 /* wmcap */
#define FD_IN      4
#define FD_OUT     5
#define FD_ERROR   6
#define FD_ROOT    7 /* directories */
#define FD_HERE    8
#define FD_COUNT   8 /* of the standard environment */

/* And the memory of a program. */
#define PROGRAM_BASE  0x08000000u /* its text and data */
#define PROGRAM_LIMIT 0x083a0000u
#define STACK_LIMIT   0x083c0000u /* a page that is never there is below it */
#define STACK_TOP     0x083ff000u /* grows down from here */
#define START_PAGE    0x083ff000u /* struct start_page, read-only; EAX has this address when it starts */
#define MAP_BASE      0x10000000u /* where PM_MAP looks for room */
#define MAP_LIMIT     0xb0000000u

/* Behind it the texts lie, one after the other, each with its zero: first the arguments, then the environment. */
struct start_page {
    uint32_t sysenter;    /* as in struct boot_info */
    uint32_t arguments;   /* how many; the first is the program's name */
    uint32_t environment; /* how many, NAME=VALUE */
    char text[];
};
#define START_TEXT_MAX (4096 - 12)

/* --- Doors and names: PM_SELF. */

#define PM_SELF     0
#define PM_NAME_MAX 64 /* bytes, the zero included */

/*
 * { uint32_t system, cookie, flags; text name } -> descriptor: the owner's, of a new door.  The name may be "": then it
 * has none.  Checks, in this order: ERR_NO_DOORS, ERR_NO_SYSTEM, ERR_NAME_..., ERR_NO_NAME,
 * ERR_EXISTS or ERR_NAME_BELOW, ERR_NO_TYPE.  The name goes with the door, or with its owner.
 */
#define PM_DOOR   0x408
#define DOOR_OPEN 1 /* flag: others may have names below this one */

/*
 * { text path } -> value: where in the path the rest begins; descriptor: of the door that has the longest name that is the
 * beginning of the path, with the rights that the policy gives.  ERR_NOT_FOUND; ERR_NO_ACCESS.
 */
#define PM_RESOLVE 0x410

/* { text name }: of a door of the caller's process.  The door stays. */
#define PM_REMOVE 0x418

/* { uint32_t index } -> struct name_view: names in the order of the alphabet; ERR_NOT_FOUND behind the last. */
#define PM_LIST 0x420

#define DOMAIN_MAX 16 /* bytes of the name of a domain or type, the zero included */

struct name_view {
    uint32_t value, error; /* 0 */
    uint32_t owner;        /* its process */
    uint32_t system;
    uint32_t waiting;      /* calls that nobody has received yet */
    uint32_t served;       /* calls that have been received, and not replied to */
    char type[DOMAIN_MAX];
    char name[PM_NAME_MAX];
};

/* { text domain, type } -> value: the rights that the policy gives. */
#define PM_ALLOWS 0x428

/* --- The caller's process: PM_SELF. */

/* { uint32_t status }: ends it.  No reply. */
#define PM_EXIT 0x430

/* -> value: its number. */
#define PM_NUMBER 0x438

/*
 * { uint32_t address, pages, flags } -> value: where.  Pages of zeros, that come when they are touched.
 * With address 0 the manager chooses.  ERR_RANGE, ERR_LIMIT.  MEMORY_WRITABLE, or 0.
 */
#define PM_MAP   0x440
#define PM_UNMAP 0x448 /* { uint32_t address, pages }: of such memory, whole or in part */

/*
 * { uint32_t wait } -> struct process_view of a child that has ended, which is then forgotten: its capability is
 * stale.  ERR_NOT_FOUND if there is no child; with wait == 0 ERR_PHASE if none has ended yet.  Blocks.
 */
#define PM_WAIT_ANY 0x450

/* { uint32_t number } -> struct process_view of the process with that number, or the next above; ERR_NOT_FOUND. */
#define PM_PROCESS 0x458

/*
 * { uint32_t number } -> descriptor: the process's capability, with the rights that the policy gives this domain on the
 * type that processes of its domain have.  Who has not created a process cannot take it from who has: PM_WAIT through
 * it does not make the process forgotten, and PM_DELETE is PM_KILL.
 */
#define PM_FIND 0x460

/* -> struct machine_view. */
#define PM_MACHINE 0x468

struct machine_view {
    uint32_t value, error; /* 0 */
    uint32_t frames, frames_free;
    uint32_t processes, names;
    uint32_t milliseconds; /* since boot */
};

/* { uint32_t process, thread } -> struct call_view of its thread with that number, or the next above; ERR_NOT_FOUND. */
#define PM_CALLS 0x4b0

struct call_view {
    uint32_t value, error; /* the thread's number; 0 */
    uint32_t state;        /* IN_NO_CALL, IN_CALL_WAITING, IN_CALL_SERVED */
    uint32_t function;     /* that it called */
    uint32_t server;       /* the process that has the door; 0: the manager, or nobody any more */
    char door[PM_NAME_MAX]; /* its name, or "" */
};

/* --- What only some domains may: ERR_NO_ACCESS. */

#define PM_HALT   0x470 /* { uint32_t status }: stops the machine.  No reply */
#define PM_REPORT 0x478 /* text, without a zero, for the line of test verdicts */

/* { uint32_t address }: the boot archive, a tar file, is mapped there, read-only.  value: its bytes. */
#define PM_ARCHIVE 0x480

/* { uint32_t irq; descriptor door }: interrupts become MESSAGE_IRQ there, with the cookie of that descriptor; see CALL_IRQ_BIND. */
#define PM_IRQ      0x488
#define PM_IRQ_DONE 0x490 /* { uint32_t irq } */
#define PM_PORTS    0x498 /* { uint32_t first, count } */
#define PM_DEVICE   0x4a0 /* { uint32_t address, pages, physical }: maps it, writable */

/*
 * { uint32_t priority }: of the first thread of the process, and of those that it makes from now on.  ERR_RANGE above
 * PRIORITY_MOST: what dies is taken down at the next one, and nobody may keep the kernel from that.
 */
#define PM_PRIORITY   0x4a8
#define PRIORITY_MOST 23

/* --- Processes, step by step.  On pmcap: */

/*
 * { text name, domain } -> descriptor: the capability of an empty process, with all rights.  The domain may be "", the
 * creator's.  ERR_NO_ACCESS: this domain may not create processes, or not in that one.  ERR_LIMIT.
 */
#define PM_CREATE 0x502

#define PROCESS_NAME_MAX 32 /* bytes, the zero included; a longer name is cut */

/* --- On the capability of a process.  ERR_STALE when it is no more. */

/*
 * { uint32_t address, flags; bytes } -> value: how many bytes: they are written there, into pages that come with
 * it if they are not there yet.  ERR_PHASE once it has been started.  flags: MEMORY_WRITABLE or 0, for the
 * process itself.
 */
#define PM_WRITE_CODE 0x50d

/* { uint32_t address, pages, flags } -> value: address, which is never chosen here.  ERR_PHASE, as above; else as PM_MAP. */
#define PM_WRITE_REGION 0x515

#define PM_WRITE_REGISTERS 0x51d /* struct registers, of its first thread; ERR_PHASE unless it is new or stopped */

/*
 * { descriptors } -> value: how many: they become its descriptors from 1 on.  pmcap becomes one of its own.  Once;
 * ERR_PHASE.  ERR_KEPT: one of them has neither COPY nor MOVE.
 */
#define PM_WRITE_CLIST 0x525

/*
 * { descriptor door }, with COPY: what the first thread calls comes to the door before it is called, as MESSAGE_TRAP with
 * the cookie of that descriptor, and what came of it as MESSAGE_RESULT: see CALL_THREAD_TRACE.  Threads that the process
 * makes itself are not traced.  It ends with its parent then; and at its next call if the door is dead.  ERR_PHASE once it
 * has been started.
 */
#define PM_TRACE 0x575

#define PM_START 0x52a /* it runs, or runs on */
#define PM_STOP  0x533 /* its threads stop */

#define PM_READ_STATUS    0x53c /* -> struct process_view */
#define PM_READ_REGISTERS 0x544 /* -> uint32_t value, error; struct registers of its first thread */
#define PM_READ_MEMORY    0x54c /* { uint32_t address, size } -> value: bytes; and them */
#define PM_READ_CLIST     0x554 /* { uint32_t number } -> value: number, this or the next above; struct look; or ERR_NOT_FOUND */

/* -> struct process_view, when it has ended: then it is forgotten, and its capability stale.  Blocks. */
#define PM_WAIT 0x55c

#define PM_DELETE 0x561 /* ends it, if it has not ended yet, and forgets it; who waits for any child hears of the end */
#define PM_KILL   0x569 /* ends it; who waits for it hears of it */

/* What it does. */
#define PROCESS_NEW     0 /* not started yet */
#define PROCESS_RUNNING 1
#define PROCESS_STOPPED 2
#define PROCESS_ENDING  3
#define PROCESS_ENDED   4

/* How it ended. */
#define END_EXIT  1 /* status: what it said */
#define END_KILL  2
#define END_FAULT 3 /* status: the vector; fault tells more */
// SINCE swap
#define END_LOST   4 /* a page could not be brought back; status: the error */
#define END_MEMORY 5 /* memory and swap were full, and it had most of them */
// END swap

struct process_view {
    uint32_t value, error; /* 0 */
    uint32_t number, parent;
    uint32_t state;        /* PROCESS_... */
    uint32_t end, status;  /* END_... */
    uint32_t pages;        /* of memory that it has */
    uint32_t pages_max;    /* that it may have */
    uint32_t children, names, threads;
    struct fault_message fault;
    char domain[DOMAIN_MAX];
    char name[PROCESS_NAME_MAX];
};
