/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes come and go.  Each is a frame that holds struct process, and an
 * address space.  It lives until its last thread has ended, or until somebody who may deletes
 * it; its object stays as long as there are descriptors of it.
 */
#include "door.h"

_Static_assert(sizeof(struct process) <= PAGE_SIZE, "a process is a frame");

#define PROCESS_FRAMES 2

struct list process_list = LIST_EMPTY(process_list);

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
    p->object = (struct object){CALL_PROCESS_FIRST, CALL_MACHINE_FIRST - CALL_PROCESS_FIRST, OBJECT_PROCESS, 0};
    p->space = space_new();
    p->number = ++last_number;
    p->manager.object = &object_nothing;
    p->vector = CALL_VECTOR;
    list_init(&p->threads);
    list_init(&p->ended_event.link);
    list_init(&p->work.link);
    list_append(&process_list, &p->sibling);
    for (unsigned i = 0; i < DESCRIPTOR_PAGES; i++)
        p->page[i] = descriptor_nowhere;
    return p;
}

/* The first process.  It holds the machine, and itself. */
struct process *
process_root(void)
{
    struct process *p = process_new();

    if (!p || !desc_room(p, 2))
        boot_refuse("too little memory for a process");
    desc_new(p, &machine, RIGHTS_ALL, 0);
    desc_new(p, &p->object, RIGHTS_ALL & ~RIGHT_DELETE, 0);
    return p;
}

/* A thread of `p` is going to run. */
void
process_use(const struct process *p)
{
    space_use(p->space);
    ports_switch(p);
}

/* One descriptor of it less, or whatever else kept its object. */
void
process_release(struct process *p)
{
    if (--p->object.references > 0)
        return;
    if (!p->space)
        frame_release(physical(p));
    else if (p->thread_count == 0)
        process_end(p);
}

/* Its manager hears of what has become of its threads; of several things at once, if it takes its time. */
void
process_tell(struct process *p, uint32_t function)
{
    struct door *door = (struct door *)p->manager.object;

    if (door->object.kind != OBJECT_DOOR || !door->owner) {
        list_remove(&p->ended_event.link); /* of what was before nobody hears, either: `p` may go now */
        return;
    }
    if (function == MESSAGE_PROCESS_ENDED)
        p->object.references++;
    p->ended_event.function = function;
    p->ended_event.cookie = p->manager.cookie;
    door_event(door, &p->ended_event);
}

/* Thread `t` has ended, and the process with its last one. */
void
// SINCE pm
// < process_thread_ended(struct process *p, const struct thread *t)
process_thread_ended(struct process *p, struct thread *t)
// END pm
{
    // SINCE pm
    t->object.references -= t->kept;
    // END pm
    p->ended.threads++;
    p->ended.left = --p->thread_count;
    p->ended.last = t->number;
    if (p->thread_count > 0)
        process_tell(p, MESSAGE_THREAD_ENDED);
    else
        process_end(p);
}
