/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects, and the pages of them that are in memory.
 *
 * Each page that is in memory belongs to one object: the private memory of a process, where its index is the address
 * divided by the size of a page; or something that several processes may map.  The manager has all of them mapped in its
 * pool, so they are there as long as it wants, whoever else has them mapped.
 *
 * Programs run between two calls of the kernel's that one step makes.  So what has to be known of a page for the last time is
 * looked at when nobody may write it any more.
 */
#pragma once

#include "pm.h"

#include "abi/memory.h"
#include "abi/object.h"

#define PAGE_TABLE 0x58000000u /* struct page, one for each frame */
#define POOL       0x60000000u
#define POOL_PAGES 0x40000u

/* --- tree.c: what an object has at each index; 0 is nothing. */

struct tree {
    uint32_t ***top;
    uint32_t pages; /* indices are below */
};

#define TREE_NONE 0xffffffffu

bool tree_start(struct tree *tree, uint32_t pages);
bool tree_resize(struct tree *tree, uint32_t pages); /* what is behind the new end is nothing already */
uint32_t tree_get(const struct tree *tree, uint32_t index);
uint32_t *tree_place(struct tree *tree, uint32_t index); /* made if it is not there; NULL: no memory */
void tree_set(struct tree *tree, uint32_t index, uint32_t entry); /* whose place there is */
uint32_t tree_next(const struct tree *tree, uint32_t from); /* index of the first entry from there on; TREE_NONE */
void tree_end(struct tree *tree);

/* An entry: the number of a page in memory; or the slot on the swap device, from 1 up. */
#define ENTRY_PAGE(number) ((number) << 1 | 1)
#define ENTRY_SLOT(slot)   ((slot) << 1)
#define ENTRY_IS_PAGE(e)   ((e) & 1)
#define ENTRY_LOST         0xfffffffeu /* was on the swap device, which could not give it back */

/* --- object.c */

#define OBJECT_PRIVATE 0u /* besides those of abi/object.h */
#define OBJECTS        8192

struct object {
    uint32_t kind;
    uint32_t index, generation; /* its place in the table, unless it is private */
    struct process *owner;      /* NULL: gone, or the manager */
    uint32_t door;              /* of a file: its server */
    uint32_t pages;             /* its end; the tree may be longer */
    struct tree tree;
    struct region *regions;     /* that map it */
    bool deleted;               /* its capabilities are stale */
    uint32_t held;              /* how often its pages are, for drivers that have ended: held.c */
    uint32_t resident, dirty, swapped;
    uint32_t writing;           /* pages that its server is cleaning */
    bool in_order;              /* advice: it is read so */
    bool failed;                /* its server could not clean it */
    struct sleeper *synced;     /* who waits until nothing is dirty */
    struct object *next_dirty;  /* in the queue of those to be cleaned */
    bool queued;
    uint32_t last;              /* of a file: the last page that was asked for; TREE_NONE at first, so page 0 is behind it, too */
};

struct object *object_named(const struct descriptor *d, uint32_t rights); /* NULL: none, or not with these rights */
struct object *object_new(uint32_t kind, uint32_t pages, struct process *owner);
struct object *object_of(uint32_t cookie);
struct object *object_at(uint32_t index);
uint32_t object_cookie(const struct object *o);
bool object_private(struct process *p); /* its own; false: no memory */
void object_cut(struct object *o, uint32_t first, uint32_t last); /* its pages [first, last) are gone */
void object_orphan(struct object *o);
void object_keep(struct object *o);
void object_give_up(struct object *o);
bool object_resize(struct object *o, uint32_t pages); /* false: no memory */
bool object_is_wired(const struct object *o, uint32_t first);
void object_wire(struct object *o, uint32_t first, uint32_t pages, int by);
#define SHARED_MAX 64 /* objects of one process that is no server; bounded by its limit on memory, too */
void object_release(struct object *o); /* if nobody needs it any more, it is gone */
void objects_of_dead(struct process *p);
void private_forget(struct process *p);

/* --- page.c */

enum page_state {
    PAGE_FREE,
    PAGE_COMING, /* is being read; its content is not there yet */
    PAGE_HERE,
    PAGE_GOING,  /* nobody has it mapped, and its content is being written */
};

struct page {
    struct object *object;
    struct page *next;        /* the next free one; or in the queue of those that come */
    struct sleeper *sleepers; /* until it has come */
    uint32_t index, slot;     /* slot: 0, or where the same content is on the swap device */
    uint32_t asked;           /* of a file: the number of the request for it, or 0 */
    uint16_t wired;
    uint8_t state;
    bool dirty, writing;
    bool fresh;               /* the hand has not come by yet */
};

extern struct page *const page_table;
extern uint32_t page_count; /* of the table that have been in use */

void pages_start(void);
struct page *page_of(uint32_t entry);
void *page_bytes(const struct page *page);
struct page *page_new(struct object *o, uint32_t index); /* zeros, HERE; NULL: no memory */
struct page *page_adopt(struct process *p, uint32_t index); /* what the process has mapped there */
bool pages_return(void); /* those that are zeros, and nobody's yet, go back to the kernel; were there any? */
void page_free(struct page *page, uint32_t entry);          /* instead of it the object has this entry */
void page_drop(struct page *page);                          /* for good: with its slot */
void page_count_in(struct memory_counts *view, const struct page *page);

/* --- mapped.c: who has a page mapped. */

uint32_t page_map(const struct page *page, struct process *p, uint32_t address, bool writable, bool granted);
void page_unmap(const struct page *page);   /* by everybody */
void page_protect(const struct page *page); /* nobody may write it now; who may, faults */
bool page_used(struct page *page);          /* since the last time; and finds out whether it is dirty */
bool region_may_cut(const struct region *r, uint32_t first, uint32_t last);
void region_attach(struct region *r, struct process *p, struct object *o, uint32_t first);
void region_detach(struct region *r);
bool region_split(struct process *p, uint32_t address); /* none goes on across it; false: no room for one more */
struct page *region_page(const struct region *r, uint32_t index); /* of the object, if it is in memory */

/* --- held.c: pages that stay where they are for a device, even when its driver has ended. */

bool region_wire(struct region *r);
void region_unwire(struct region *r);
void region_hold(struct region *r);
void held_release(const struct process *p);

/* --- sleep.c: calls and faults that wait for a page, or for memory. */

struct sleeper {
    struct sleeper *next;
    uint32_t reply, process; /* the cookie of the latter */
    bool fault;              /* it is one; else a call that is made again */
    struct fault_message message;
};

uint32_t sleep_fault(struct sleeper **list, struct request *r, const struct fault_message *message);
uint32_t sleep_call(struct sleeper **list, struct request *r);
void sleep_wake(struct sleeper **list);
void sleep_fail(struct sleeper **list, uint32_t end, uint32_t error);

/* --- fault.c */

handler pager_fault;
uint32_t pager_again(struct request *r, handler *handle); /* a reply that maps the page was refused */

enum touch {
    TOUCH_DONE,
    TOUCH_NEW,    /* private memory that has never been touched */
    TOUCH_WAIT,   /* for the page that is told */
    TOUCH_MEMORY, /* for memory */
    TOUCH_CLEAN,  /* until less is dirty */
    TOUCH_ERROR,
};

struct touched {
    enum touch outcome;
    struct page *page;
    uint32_t error;
    bool writable, granted; /* how it is to be mapped: page_map() */
};

struct touched touch(struct process *p, const struct region *r, uint32_t address, bool write);
struct touched object_touch(struct object *o, uint32_t index); /* the page is in memory then */
struct touched private_touch(struct process *p, uint32_t index);
void life_fault(struct process *p, const struct fault_message *fault, uint32_t end, uint32_t status);

handler pm_write_later;
extern struct page *reach_awaits; /* reach.c: after ERR_AGAIN, the page that has to come first */

/* --- clock.c: memory that is taken back. */

extern struct sleeper *memory_sleepers;
bool memory_short(const struct process *p); /* may it not have a frame now?  Looks for some if there are few */
uint32_t memory_left(void);
void memory_used(void); /* one frame more, or a few */
void memory_ask(void);  /* many */
bool memory_is_plenty(void);
void memory_freed(void);
void memory_check(void);
void memory_returns(const struct object *o, uint32_t index);
uint32_t memory_kept(void);

/* --- slots.c: where pages are on the swap device. */

extern uint32_t swap_slots, swap_used, swap_bad;
bool slots_start(uint32_t slots);     /* there is a map of so many; false: no memory */
uint32_t slots_take(uint32_t *count); /* up to so many neighbours, as many as there are in one place; 0: none */
void slot_free(uint32_t slot);
void slot_spoil(uint32_t slot);       /* it was taken, and is never used again */

/* --- swap.c: what goes out and comes in. */

#define CLUSTER 8 /* pages in one request to a disk */

extern bool swap_away;               /* the driver has ended, and there is no other yet */
void swap_out(struct page *page);
bool swap_full(void);
bool swap_exhausted(void);
void swap_in(struct page *page);
void swap_forget(struct page *page); /* it does not wait to be read any more */
bool swap_gone(void);                /* has its driver ended?  Looks, if it is not known */
bool swap_busy(void);                /* is something under way? */
void swap_to(uint32_t door, struct page *const pages[SWAP_BUFFER]);
handler pm_swap;                     /* swapon.c */

/* --- record.c */

void record_start(const char *command_line);
void record_begin(const struct process *p);
void record_fault(const struct object *o, uint32_t index, const char *what); /* the first of each that begins */
void record_evict(const struct page *page, const char *what);

/* --- work.c: threads that call servers and wait for them, as the manager itself never does. */

struct job {
    uint32_t door, function, words[3], count;
    struct result result;
    void (*done)(struct job *job);
    uint32_t first;              /* of the pages of the buffer that are this worker's */
    struct page *page[CLUSTER];
    uint32_t pages;
    uint32_t cookie;             /* of a file's object, which may go meanwhile */
    uint32_t index;              /* the page; of a cluster, its first slot */
    uint32_t asked;              /* the number of a request for a page, which may go meanwhile, and be asked for anew */
};

enum work { WORK_SWAP, WORK_FILE };
#define WORKERS 4 /* half of them for each */

_Static_assert(SWAP_BUFFER == WORKERS / 2 * CLUSTER, "each has a part");

void work_start(void);
void work_go(void); /* those who have nothing to do look whether there is something */
void work_wait(struct job *job, uint32_t milliseconds);
bool work_busy(enum work kind);
bool swap_next(struct job *job);  /* swap.c: something to do; false if there is not */
bool cache_next(struct job *job); /* cache.c */
handler work_next;
#define WORK_NEXT 0x7f8

/* --- cache.c: pages of files, and their servers. */

void cache_fill(struct page *page);
void cache_clean(struct object *o);
void cache_clean_all(void);
void cache_forget(struct page *page);
void cache_unqueue(struct object *o);
void page_dirtied(struct page *page, bool dirty);
bool cache_full(void); /* too much is dirty */
extern struct sleeper *dirty_sleepers; /* who wait until it is less */
void window_forget(struct process *p);
void window_closes(struct page *page);
handler pm_page_window, pm_page_open, pm_page_dirty, pm_page_done;

/* --- mapping.c and objects.c: what processes ask for. */
handler pm_object, pm_map_object, pm_write_object, pm_protect, pm_advise, pm_sync;
handler pm_object_stat, pm_object_resize, pm_object_delete, pm_wire, pm_memory;
extern struct memory_counts counts; /* what has been counted since the boot */
