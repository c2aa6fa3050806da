/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects: pages that one can map.  There are three kinds of them, besides the private memory of
 * each process: files, that a server fills and cleans; files of a RAM disk, whose pages are their storage; and
 * shared memory.  Private and shared memory goes to the swap device when memory is short, file pages to
 * their server.
 *
 * An object belongs to the process that made it: it is gone when that deletes it or ends, and
 * capabilities for it are stale then; but what has been mapped stays mapped, unless it was a file.
 * Its pages count as its owner's, but for those of files, which are only a cache.
 */
#pragma once

#include <stdint.h>

#include "abi/pm.h"

/* --- Objects: PM_SELF. */

/*
 * { uint32_t kind, pages; descriptor door, of files } -> value: its number, for PM_PAGE_OPEN; descriptor: the object, with all
 * rights.  Files and RAM disks need the power `pager` (ERR_NO_ACCESS).  The door is a server's own, and gets the
 * messages PAGER_..., with the cookie of this descriptor.  ERR_LIMIT.
 */
#define PM_OBJECT 0x5b0
#define OBJECT_SHARED   1
#define OBJECT_RAM_DISK 2
#define OBJECT_FILE     3
#define OBJECT_PAGES_MAX 0x80000u

/*
 * { uint32_t address, pages, flags, first; descriptor object } -> value: where.  `first`: the page of the object that comes first.
 * As PM_MAP; the descriptor needs READ, and for memory that is shared and writable WRITE; without these, or if it is none of an
 * object that there is, ERR_NO_ACCESS.  What lies behind the end of the object faults when it is touched.
 */
#define PM_MAP_OBJECT 0x5b8
#define MAP_PRIVATE   0x10000u /* flag: what is written becomes the process's own, page by page */

#define PM_PROTECT 0x5c0 /* { uint32_t address, pages, flags }: MEMORY_WRITABLE or 0, of what was mapped by these calls or PM_MAP */
#define PM_ADVISE  0x5c8 /* { uint32_t address, pages, advice } */
#define ADVICE_NORMAL     0
#define ADVICE_WILL_NEED  1 /* brings what is not there, as far as there is room */
#define ADVICE_DONT_NEED  2 /* private memory becomes zeros, or what it was mapped from */
#define ADVICE_SEQUENTIAL 3 /* reads ahead, and keeps less behind */

/* { uint32_t address, pages }: what has been written there to files that are mapped shared is with their server.  ERR_DISK.  Blocks. */
#define PM_SYNC 0x5d0

/* --- On the capability of an object. */

#define PM_OBJECT_STAT   0x5dc /* -> struct object_view */
/* { uint32_t pages }: what is behind the new end is gone, mapped or not; so it needs DELETE.  ERR_PHASE: some of it is wired. */
#define PM_OBJECT_RESIZE 0x5f1
#define PM_OBJECT_DELETE 0x5e9 /* needs DELETE.  ERR_NO_ACCESS: it is the manager's own, for the swap device */

struct object_view {
    uint32_t value, error; /* 0 */
    uint32_t kind, pages;
    uint32_t resident, dirty, swapped, mappings;
};

/* On the capability of a process that has not been started: as PM_MAP_OBJECT, for it. */
#define PM_WRITE_OBJECT 0x5ed

/* --- For servers: PM_SELF, with the power `pager`. */

/*
 * { uint32_t address, slots }: a window, of at most PAGE_SLOTS pages, in which the caller sees pages of objects of its own.  Once.
 * A page that is in a slot stays in memory.
 */
#define PM_PAGE_WINDOW 0x600
#define PAGE_SLOTS     64

/*
 * { uint32_t slot, object, index } -> value: PAGE_...  The page is in the slot; what was there before is closed.  A page that is
 * PAGE_NEW is the caller's to fill; PM_PAGE_DONE tells how that went.  Others wait for it until then.  What is written to a page that is
 * PAGE_READY goes to the file by and by: PAGER_CLEAN.  ERR_RANGE behind the end.  ERR_LIMIT: no memory.
 */
#define PM_PAGE_OPEN 0x608
#define PAGE_NEW     0 /* zeros, so far */
#define PAGE_READY   1
#define PAGE_CLEAN_SOME 2 /* with the others: too much is dirty, and the caller should clean some before it writes more */

/* { uint32_t slot, object, from } -> value: the index, at `from` or behind, of a dirty page, which is in the slot now; ERR_NOT_FOUND. */
#define PM_PAGE_DIRTY 0x610

/* { uint32_t slot, state }.  ERR_RANGE: nothing is in the slot.  ERR_PHASE: the page is not in such a state. */
#define PM_PAGE_DONE 0x618
#define PAGE_FILLED  1 /* a page that was PAGE_NEW is there */
#define PAGE_FAILED  2 /* it is not: who needs it gets ERR_DISK; or one that was dirty is so still */
#define PAGE_CLEANED 3 /* what was dirty is in the file */
#define PAGE_CLOSED  4 /* the slot is empty; with a page that was never filled, that is a failure */

/* From the manager to the door of a file.  The reply is a value, or an error. */
#define PAGER_FILL  0x8104 /* { uint32_t index, count }: the page `index` is wanted, those behind it perhaps soon */
#define PAGER_CLEAN 0x810d /* { uint32_t count }: so many dirty pages should be written */

/* --- For drivers: the power `dma`. */

#define WIRE_MAX 64

/*
 * { uint32_t address, pages } -> value: how many physical addresses follow; they.  The pages stay in memory, where they are.  Of shared
 * memory, a region as a whole: the address of each page, for the device, until the region is unmapped.  When the process ends that has
 * it mapped, the device perhaps still reads and writes there; so the pages are nobody else's until a newer process of that domain wires
 * some: A DRIVER STOPS ITS DEVICE'S ACCESS TO MEMORY BEFORE IT WIRES ITS FIRST PAGE.  Of private memory of a server: no addresses, since
 * it goes with its process, and no device may use it.  ERR_PHASE: some are not in memory; they come, so try again, but later: it is
 * perhaps the caller who has to bring them.  ERR_RANGE: no such region; ERR_LIMIT; ERR_NO_ACCESS.
 */
#define PM_WIRE 0x620

/*
 * { uint32_t slots; text name; descriptors disk, object } -> value: slots.  Swaps to this disk, on which DISK_READ and DISK_WRITE
 * (user/abi/disk.h) transfer pages of the object, which is the manager's own from then on.  Needs the power `swap`.  When its driver
 * has ended the disk can be given again, through a new door and with a new object: the same number of slots, and the same name.
 * ERR_EXISTS: there is one, which is not dead, or is another one.  ERR_PHASE: the old one is not at rest yet; try again.  ERR_STALE: the
 * disk or the object is no more.  ERR_RANGE: no such number of slots, too long a name; an object that is not shared memory of
 * SWAP_BUFFER pages at least, or the manager's own already.  ERR_LIMIT.
 */
#define PM_SWAP       0x628
#define SWAP_NAME_MAX 32 /* bytes, the zero included */
#define SWAP_BUFFER   16 /* pages */

/* --- What it comes to: PM_SELF. */

#define PM_MEMORY 0x630 /* -> struct memory_counts */

struct memory_counts {
    uint32_t value, error; /* 0 */
    uint32_t frames, frames_free, frames_kept;          /* of the machine; those that only some get */
    uint32_t private, shared, ram_disk, file, wired;    /* pages that are in memory */
    uint32_t dirty;                                     /* of files */
    uint32_t slots, slots_used, slots_bad;              /* of the swap device */
    uint32_t faults, zeroed, copied, mapped;            /* since the boot; what a fault came to */
    uint32_t filled, cleaned;                           /* pages from and to file servers */
    uint32_t swapped_in, swapped_out;
    uint32_t looked, evicted;                           /* by the clock */
    uint32_t waited;                                    /* faults that had to wait for memory */
    uint32_t ended;                                     /* processes that had to end because there was none */
};
