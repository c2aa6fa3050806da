/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How processes end, and who hears of it.
 *
 * A process that ends is taken down by the kernel, which says when nothing is left of it.  Then it is
 * remembered until somebody has asked how it ended, or nobody is left who could.
 */
// SINCE swap
// < #include "pm.h"
#include "vm.h"

uint32_t processes_ending;
// END swap

/* Its threads run no more.  The kernel tells when all is gone (life_ended). */
void
life_end(struct process *p, uint32_t end, uint32_t status)
{
    if (p->state >= PROCESS_ENDING)
        return;
    // SINCE swap
    space_end(p);
    processes_ending++;
    // END swap
    p->state = PROCESS_ENDING;
    p->end = end;
    p->status = status;
    // SOLUTION pm.4
    // | /* TODO pm.4: its names, its thread and the kernel's process have to go. */
    // | exercise_missing("pm.4");
    names_of_dead(p);
    descriptor_close(p->thread);
    p->thread = 0;
    process_delete(p->descriptor);
    p->descriptor = 0;
    // END pm.4
}

/* What a process leaves behind that has ended: who inherits its children may wait for them. */
static void
leave_children(struct process *p)
{
    // SOLUTION pm.4
    // | /* TODO pm.4: who inherits them?  What about those that were never started, and those that have ended already? */
    // | (void)p;
    // | exercise_missing("pm.4");
    while (p->child) {
        struct process *c = p->child;
        bool inherits = process_init && process_init != p && process_init->state < PROCESS_ENDING;

        p->child = c->sibling;
        p->children--;
        c->parent = inherits ? process_init : NULL;
        c->sibling = NULL;
        if (inherits) {
            c->sibling = process_init->child;
            process_init->child = c;
            process_init->children++;
            process_init->inherited++;
            c->adopted = true;
        }
        if (c->state == PROCESS_NEW)
            life_end(c, END_KILL, 0);
        else if (c->state == PROCESS_ENDED)
            life_ended(c);
    }
    // END pm.4
}

/* Nothing is left of `p` in the kernel.  Who waits hears of it. */
void
life_ended(struct process *p)
{
    // SOLUTION pm.4
    // | /* TODO pm.4: who waits is told, its children are left to somebody, and then it may be forgotten. */
    // | (void)p, (void)leave_children;
    // | exercise_missing("pm.4");
    struct process_view view;
    bool told;

    p->state = PROCESS_ENDED;
    process_view(p, &view);
    told = waiters_tell(&p->waiting, &view);
    if (!told && p->parent)
        told = waiters_tell_first(&p->parent->waiting_any, &view);
    leave_children(p);
    if (told || p->forgotten || !p->parent)
        process_forget(p);
    // END pm.4
}

/* Ended or not, nobody wants to hear of it. */
void
life_delete(struct process *p)
{
    // SOLUTION pm.4
    // | /* TODO pm.4 */
    // | (void)p;
    // | exercise_missing("pm.4");
    waiters_drop(&p->waiting);
    if (p->state == PROCESS_ENDED) {
        process_forget(p);
        return;
    }
    life_end(p, END_KILL, 0);
    p->forgotten = true;
    // END pm.4
}

/* MESSAGE_PROCESS_ENDED, and MESSAGE_THREAD_ENDED, after which it goes on. */
uint32_t
message_ended(struct request *r)
{
    struct process *p = r->process;

    if (r->m.function == MESSAGE_THREAD_ENDED)
        return NO_REPLY;
    life_end(p, END_EXIT, 0); /* unless we ended it: its last thread did */
    // SINCE swap
    processes_ending--;
    private_forget(p);
    // END swap
    regions_forget(p);
    waiters_drop(&p->waiting_any);
    trace_parent_ended(p);
    life_ended(p);
    // SINCE swap
    memory_check();
    // END swap
    return NO_REPLY;
}
