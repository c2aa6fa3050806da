/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes: an address space, and descriptors that name what it may use.
 */
#pragma once

#include "kernel.h"

#include "abi/process.h"

/* Each object starts with the function numbers that it takes: `first` and `span` - 1 more. */
struct object {
    uint32_t first;
    uint32_t span;
};

/* An empty one has no object. */
struct descriptor {
    struct object *object;
    uint32_t rights; /* RIGHT_... of abi/process.h */
};

#define DESCRIPTORS 500 /* so that a process fills a frame */

struct process {
    struct object object;
    paddr_t space;
    uint32_t number;      /* never used twice; the root process is 1 */
    struct process *next; /* of all processes */
    struct descriptor descriptor[DESCRIPTORS];
};

/* process.c */
extern struct process *process_list;
void memory_init(const struct boot *boot);
struct process *process_new(void);
struct process *process_root(void);
void process_delete(struct process *p);
void process_use(const struct process *p);

/* desc.c */
extern struct object machine;
uint32_t desc_unused(const struct process *p);
uint32_t desc_check(const struct process *p, uint32_t number, uint32_t function);
struct thread *call_target(struct thread *self, handler *handle);

/* fault.c */
struct fault {
    uint32_t address;
    enum { FAULT_READ, FAULT_WRITE, FAULT_FETCH } access;
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
