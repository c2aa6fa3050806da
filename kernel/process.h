/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes: an address space, threads, and descriptors that name what they may use.
 */
#pragma once

#include "kernel.h"

#define DESCRIPTORS_PER_PAGE 256 /* so many fill a frame */
#define DESCRIPTOR_PAGES     512
#define DESCRIPTORS          (DESCRIPTORS_PER_PAGE * DESCRIPTOR_PAGES)

struct process {
    struct object object;
    paddr_t space;
    uint32_t number; /* never used twice; the root process is 1 */
    struct list sibling; /* in process_list */
    struct list threads;
    uint32_t thread_count;
    struct descriptor manager; /* the door that its faults and its calls of the manager go to; or nothing */
    struct event ended_event;
    struct ended ended;

    uint32_t vector; /* of the software interrupt that calls the kernel */
    struct port_grant port[PORT_GRANTS];

    struct work work;
    uint32_t swept; /* by the work: descriptors below it are closed */
    uint32_t freed; /* and memory below this address */

    // SINCE pm
    uint32_t threads_max, pages_max; /* of descriptors; 0 for no limit */
    bool silent;                     /* it may not write to the console */

    // END pm
    uint32_t unused;      /* numbers that are not in use, in pages that are there */
    uint32_t next_unused; /* the first of them */
    uint32_t pages;
    struct descriptor *page[DESCRIPTOR_PAGES]; /* where there is none, a page of nothing */
};

/* process.c */
extern struct list process_list;
void memory_init(const struct boot *boot);
struct process *process_new(void);
struct process *process_root(void);
void process_use(const struct process *p);
void process_release(struct process *p);
void process_tell(struct process *p, uint32_t function);
// SINCE pm
// < void process_thread_ended(struct process *p, const struct thread *t);
void process_thread_ended(struct process *p, struct thread *t);
// END pm

// SINCE pm
/* limits.c */
bool process_thread_room(const struct process *p);
// END pm

/* reap.c */
void process_end(struct process *p);
void work_add(struct work *work);
void work_piece(void);

/* pool.c */
struct pool {
    uint32_t size; /* of an object: a multiple of 16 bytes */
    struct list slabs;
};
void *pool_new(struct pool *pool);
void pool_free(struct pool *pool, void *object);

/* desc.c */
extern struct object machine, object_nothing;
extern struct descriptor descriptor_nowhere[DESCRIPTORS_PER_PAGE];
uint32_t desc_new(struct process *p, struct object *object, uint32_t rights, uint32_t cookie);
bool desc_room(struct process *p, uint32_t count);
void desc_free(struct process *p, uint32_t number);
void desc_reuse(struct process *p, const struct descriptor *d);
void desc_close(struct process *p, uint32_t number);
void desc_drop(struct descriptor *d);
struct look desc_look(const struct process *p, const struct descriptor *d);
uint32_t desc_set(struct descriptor *to, const struct process *caller, const struct door_for *wanted);
uint32_t desc_check(const struct process *p, uint32_t number, uint32_t function);
struct thread *call_target(struct thread *self, handler *handle);

/* A descriptor of `p`.  One that is not in use, or has no such number, names object_nothing. */
static inline struct descriptor *
desc_find(const struct process *p, uint32_t number)
{
    if (number >= DESCRIPTORS)
        return descriptor_nowhere;
    return &p->page[number / DESCRIPTORS_PER_PAGE][number % DESCRIPTORS_PER_PAGE];
}

/* Do the rights of `d` suffice for `function`?  See CALL_CLASS; classes 6 and 7 mean nothing yet. */
static inline bool
desc_allows(const struct descriptor *d, uint32_t function)
{
    return ((d->rights & RIGHTS) | 1) >> (function & CALL_CLASS) & 1;
}

/* ports.c */
extern bool ports_count;
uint32_t ports_grant(struct process *p, const struct port_grant *grant);
bool ports_fault(const struct process *p);
void ports_forget(const struct process *p);
void ports_switch(const struct process *p);

/* fault.c */
struct fault {
    uint32_t address;
    uint32_t access; /* FAULT_... of abi/door.h */
    bool present; /* the page is there, but not for this access */
    bool user;    /* ring 3 did it */
};
struct fault fault_decode(const struct frame *frame, uint32_t address);
void fault_report(const struct thread *t);

/* memory.c */
void memory_show(struct process *p, uint32_t address, paddr_t frame);
uint32_t memory_map(struct process *p, uint32_t address, uint32_t pages, bool writable);
uint32_t memory_share(struct process *p, uint32_t address, uint32_t pages, bool writable,
                      const struct process *source, uint32_t from);
uint32_t memory_device(struct process *p, uint32_t address, uint32_t pages, bool writable, paddr_t physical);
uint32_t memory_unmap(struct process *p, uint32_t address, uint32_t pages, uint32_t *unmapped);
uint32_t memory_protect(struct process *p, uint32_t address, uint32_t pages, bool writable);
uint32_t memory_look(struct process *p, uint32_t address, uint32_t pages, uint32_t *words, bool clear);

/* user.c */
uint32_t user_check(const struct process *p, uint32_t address, uint32_t size, bool write);
uint32_t user_read(const struct process *p, void *to, uint32_t from, uint32_t size);
uint32_t user_write(const struct process *p, uint32_t to, const void *from, uint32_t size);
