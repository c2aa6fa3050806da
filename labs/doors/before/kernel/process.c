/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes come and go.  Each is a frame that holds struct process and an
 * address space; its threads lie in thread.c and point to it.
 */
#include "paging.h"
#include "process.h"

_Static_assert(sizeof(struct process) <= PAGE_SIZE, "a process is a frame");

#define PROCESS_FRAMES 2

struct process *process_list;

static uint32_t last_number;

/* Takes over the memory of the machine. */
void
memory_init(const struct boot *boot)
{
    frame_init(boot);
    space_init();
    print("lintel: %u KiB of memory are free\n", frames_free * (PAGE_SIZE / 1024));
}

/* A process with no thread, no memory and no descriptor; NULL if memory is short. */
struct process *
process_new(void)
{
    struct process *p;

    if (frames_free < PROCESS_FRAMES)
        return NULL;
    p = direct(frame_new());
    p->object = (struct object){CALL_PROCESS_FIRST, CALL_MACHINE_FIRST - CALL_PROCESS_FIRST};
    p->space = space_new();
    p->number = ++last_number;
    p->next = process_list;
    process_list = p;
    return p;
}

/* The first process.  It holds the machine, and itself. */
struct process *
process_root(void)
{
    struct process *p = process_new();

    if (!p)
        boot_refuse("too little memory for a process");
    p->descriptor[CALL_MACHINE] = (struct descriptor){&machine, RIGHTS};
    p->descriptor[DESCRIPTOR_ROOT] = (struct descriptor){&p->object, RIGHTS & ~RIGHT_DELETE};
    return p;
}

/* Ends its threads and frees all it has.  None of its threads may be running. */
void
process_delete(struct process *p)
{
    struct process **link = &process_list;

    while (*link != p)
        link = &(*link)->next;
    *link = p->next;
    thread_end_all(p);
    space_delete(p->space);
    frame_release(physical(p));
}

/* A thread of `p` is going to run. */
void
process_use(const struct process *p)
{
    space_use(p->space);
}
