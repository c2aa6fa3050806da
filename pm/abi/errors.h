/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors of the process manager and of the servers: below ERR_FIRST, where the kernel's
 * begin.  One list for all of them, so that a number means one thing; user/sys/error.c has a text for each.
 */
#pragma once

#define ERR_MESSAGE 1 /* of any server: the message is not as its function wants it */

/* --- The process manager.  A door is made in this order of checks (pm.h, PM_DOOR). */
#define ERR_NO_DOORS  0x101 /* this domain may not create doors */
#define ERR_NO_SYSTEM 0x102 /* nor system doors */
#define ERR_NO_NAME   0x103 /* nor one of this name */
#define ERR_EXISTS    0x104 /* the name is taken */
#define ERR_NO_TYPE   0x105 /* the policy has no type for it */
#define ERR_NO_ACCESS 0x106 /* the policy allows this domain nothing here */
#define ERR_NOT_FOUND 0x107 /* no such name, process, domain or device */

/* A name that is none. */
#define ERR_NAME_EMPTY    0x110
#define ERR_NAME_LONG     0x111 /* PM_NAME_MAX */
#define ERR_NAME_END      0x112 /* a zero in the middle of it */
#define ERR_NAME_RELATIVE 0x113 /* it does not begin with a slash */
#define ERR_NAME_DOTS     0x114 /* "." or ".." in it */
#define ERR_NAME_SLASH    0x115 /* two slashes in a row, or one at the end */
#define ERR_NAME_BELOW    0x116 /* a name above it is another process's, who allows none below */

#define ERR_LIMIT 0x120 /* a bound of this process or domain */
#define ERR_STALE 0x121 /* what the capability was for is no more */
#define ERR_PHASE 0x122 /* not now: it has been started already, or not yet */
#define ERR_RANGE 0x123 /* of memory: it is taken, or not there, or nobody's */
#define ERR_KEPT  0x124 /* a descriptor that may be neither copied nor moved, and so not given on */

/* --- Files. */
#define ERR_NO_FILE       0x201
#define ERR_FILE_EXISTS   0x202
#define ERR_DIRECTORY     0x203 /* it is a directory */
#define ERR_NO_DIRECTORY  0x204 /* it is not */
#define ERR_NOT_EMPTY     0x205
#define ERR_NO_SPACE      0x206
#define ERR_FILE_NAME     0x207 /* too long, or not a name */
#define ERR_FILE_BIG      0x208
#define ERR_INTO_ITSELF   0x209 /* a directory cannot move below itself */
#define ERR_OTHER_FILES   0x20a /* the two are not with one server */

/* --- Streams and windows. */
#define ERR_NO_READER 0x220 /* of a pipe: nobody reads there any more */
#define ERR_NO_WINDOW 0x221
#define ERR_INTERRUPT 0x222 /* somebody typed Ctrl-C */

/* --- Programs: user/sys/spawn.h. */
#define ERR_NOT_ELF     0x230 /* not an executable for this machine */
#define ERR_CUT_SHORT   0x231 /* it ends before its headers say so */
#define ERR_BAD_SEGMENT 0x232 /* a segment that is nowhere, or above another */
#define ERR_BAD_ENTRY   0x233 /* it starts outside of its text */
#define ERR_ARGUMENTS   0x234 /* too many, or too long */

/* --- Disks and memory. */
#define ERR_AGAIN 0x241 /* a page had to come first: ask again */
// SINCE swap
#define ERR_DISK   0x240 /* the disk says that it cannot */
#define ERR_FORMAT 0x242 /* not a file system that one knows, or a damaged one */
// END swap
