/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel calls: the numbers, the registers, the errors.
 *
 * A kernel call is a synchronous message to the microkernel.  It takes four
 * words, in the same registers for both ways in (`int CALL_VECTOR` and
 * SYSENTER), and gives four words back in them:
 *
 *          register   going in                coming back
 *   arg0   EAX        function number         value, or -1
 *   arg1   EBX        target                  error number, 0 for none
 *   arg2   ESI        address of the buffer   0
 *   arg3   EDI        sizes, see call_sizes   sizes of a reply in the buffer, or 0
 *
 * SYSENTER tells the kernel nothing about its caller, so by convention ECX
 * holds the stack pointer and EDX the address to return to.  It comes back
 * with clean flags (only IF set) and flat DS and ES; ECX and EDX are lost.
 * `int` keeps all registers but the four above.
 */
#pragma once

#ifndef __ASSEMBLER__
#include <stdint.h>
#endif

#define CALL_VECTOR 0x40 /* of the software interrupt */

/*
 * Function numbers.  The low three bits are the class of the function, that
 * is, the right that its caller needs on a target other than itself: 0 none,
 * 1 DELETE, 2 START, 3 STOP, 4 READ, 5 WRITE.  The rest tells which targets take it:
 * below CALL_PROCESS_FIRST the caller itself, from CALL_MACHINE_FIRST the machine,
 * and in between a process.
 */
#define CALL_CLASS         7
#define CALL_PROCESS_FIRST 0x40
#define CALL_MACHINE_FIRST 0xc0
// SINCE doors
// < #define CALL_LIMIT         0x100 /* no number of the microkernel's is above */
#define CALL_MACHINE_END   0x100
#define CALL_LIMIT         0x200 /* no number of the microkernel's is above */
// END doors

/* arg1: who is meant. */
#define CALL_SELF    0 /* the NULL descriptor, the caller's own */
#define CALL_MACHINE 1 /* the root process's descriptor of the machine */

#define CALL_YIELD         0x08 /* let the next ready thread run */
#define CALL_CLOCK         0x10 /* value: milliseconds since boot, mod 2^32 */
#define CALL_THREAD_EXIT   0x18 /* end the calling thread; does not return */
#define CALL_THREAD_CREATE 0x22 /* data: struct thread_start; value: its number */
#define CALL_CONSOLE_WRITE 0x2d /* data: text for the console; value: bytes */

#define CALL_MACHINE_STOP 0xc3 /* data: uint32_t status; does not return */
#define CALL_TEST_WRITE   0xdd /* data: text for COM2, the line of test verdicts */

/*
 * Errors of the microkernel have a range of their own, so that a caller can
 * tell them from the errors of a server.
 */
#define ERR_FUNCTION 0xff01 /* no such function */
#define ERR_TARGET   0xff02 /* no such target, or it does not take this function */
#define ERR_ADDRESS  0xff03 /* the buffer is not the caller's memory */
#define ERR_SIZE     0xff04 /* sizes that do not fit the call */
#define ERR_FULL     0xff05 /* no room for another object */
#define ERR_RIGHT    0xff06 /* the caller has no right to do this */
#define ERR_ABSENT   0xff07 /* a page is not there */
#define ERR_MAPPED   0xff08 /* a page is there already */
#define ERR_MEMORY   0xff09 /* not enough free memory */
#define ERR_FLAGS    0xff0a /* flags that nobody knows */
// SINCE doors

/* See abi/door.h. */
#define ERR_FIRST      0xff00 /* servers' errors are below */
#define ERR_BIG        0xff0b /* the other side's buffer has no room for it */
#define ERR_BUSY       0xff0c /* something has to be done first: a reply that is owed */
#define ERR_DEADLOCK   0xff0d /* the caller would wait for itself */
#define ERR_DEAD       0xff0e /* the door is dead, or who served the call has ended */
#define ERR_GONE       0xff0f /* who called has ended */
#define ERR_TIME       0xff10 /* the time limit is over */
#define ERR_STATE      0xff11 /* not now: there is nothing to reply to; the thread runs */
#define ERR_TABLE      0xff12 /* the recipient has no room for the descriptors */
#define ERR_DESCRIPTOR 0xff13 /* a descriptor in the message names nothing, or is moved twice */
// END doors

#ifndef __ASSEMBLER__

/* arg3 holds three sizes: 12 bits buffer, 12 bits data, 8 bits descriptors. */
static inline uint32_t
call_sizes(uint32_t total, uint32_t data, uint32_t descriptors)
{
    return total << 20 | data << 8 | descriptors;
}

#define CALL_DATA_MAX 4095 /* bytes of data in one message */

static inline uint32_t call_total_size(uint32_t sizes) { return sizes >> 20; }
static inline uint32_t call_data_size(uint32_t sizes) { return sizes >> 8 & 0xfff; }
static inline uint32_t call_descriptors(uint32_t sizes) { return sizes & 0xff; }

/*
 * Data of CALL_THREAD_CREATE.  The thread starts at `entry` with ESP = `stack`
 * and EAX = `argument`, all other registers zero, in the caller's process.
 */
struct thread_start {
    uint32_t entry;
    uint32_t stack;
    uint32_t argument;
};

#endif
