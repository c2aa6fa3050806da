/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes step by step, each step with a right of its own: create through pmcap, write, start,
 * stop, read, delete.
 */
#include "pm.h"

uint32_t
pm_create(struct request *r)
{
    struct process *creator = r->process, *p;
    char name[PROCESS_NAME_MAX], domain[DOMAIN_MAX];
    uint32_t error, enter, cap;

    request_text(r, name, sizeof(name));
    get_text(&r->in, domain, sizeof(domain));
    error = request_end(r);
    if (error)
        return error;
    // SOLUTION pm.3
    // | /* TODO pm.3: which domain?  May it?  Then process_new(), and a capability() to give. */
    // | (void)creator, (void)p, (void)enter, (void)cap;
    // | exercise_missing("pm.3");
    // | return ERR_NO_ACCESS;
    enter = *domain ? policy_domain(domain) : creator->domain;
    if (enter == POLICY_NONE)
        return ERR_NOT_FOUND;
    if (!policy_may_enter(creator->domain, enter))
        return ERR_NO_ACCESS;
    if (bound_child(creator))
        return ERR_LIMIT;
    if (creator->state >= PROCESS_ENDING)
        return ERR_STALE;
    p = process_new(creator, enter, name, &error);
    if (!p)
        return ERR_LIMIT;
    cap = capability(p, COOKIE_PROCESS, RIGHTS_ALL);
    if (!cap) {
        life_delete(p);
        return ERR_LIMIT;
    }
    reply_give(r, cap, RIGHTS_ALL);
    return 0;
    // END pm.3
}

uint32_t
pm_write_registers(struct request *r)
{
    struct process *p = r->process;
    struct registers registers;
    uint32_t error;

    get_bytes(&r->in, &registers, sizeof(registers));
    error = request_end(r);
    if (!error && p->state != PROCESS_NEW && p->state != PROCESS_STOPPED)
        error = ERR_PHASE;
    if (!error && thread_write(p->thread, &registers).error)
        error = ERR_PHASE;
    if (!error)
        reply_with(r, 0);
    return error;
}

/*
 * A capability of the manager's?  Who moves a door here makes the manager its owner, too, and has chosen its cookies; but
 * a door cannot be moved while it is served, as the manager's is by this very request.
 */
// SINCE swap
// < static bool
bool
// END swap
is_capability(const struct descriptor *d)
{
    struct door_counts counts;

    return d->own && !door_counts(d->number, &counts).error && counts.served > 0;
}

/*
 * What a process of the manager's holds of the manager's own door is made anew, with the rights that were sent; and
 * pmcap, whoever's it was, becomes the process's own: nobody creates in another's name.
 */
static uint32_t
remake(const struct process *p, struct descriptor *d)
{
    // SOLUTION pm.3
    // | /* TODO pm.3: whose is pmcap, with which cookie is it made?  is_capability(), descriptor_look(), cookie_kind(). */
    // | (void)p, (void)d, (void)is_capability;
    // | exercise_missing("pm.3");
    // | return 0;
    struct look look;
    struct result new;
    bool pmcap;

    if (!is_capability(d) || descriptor_look(d->number, &look).error)
        return 0;
    pmcap = cookie_kind(look.cookie) == COOKIE_PMCAP;
    new = descriptor_duplicate(manager_door, RIGHTS_ALL, pmcap ? cookie_of(p, COOKIE_PMCAP) : look.cookie);
    if (new.error)
        return ERR_LIMIT;
    descriptor_close(d->number);
    d->number = new.value;
    return 0;
    // END pm.3
}

/* The manager's own can be given on whatever rights were sent, as they are made anew. */
static bool
can_move(const struct descriptor *d)
{
    return is_capability(d) || d->rights & RIGHT_MOVE;
}

/* May this be written into `p`, which has no descriptors yet?  0, or why not. */
static uint32_t
may_have_clist(const struct process *p, const struct descriptor *given, uint32_t count)
{
    if (count == 0)
        return ERR_MESSAGE;
    if (p->state != PROCESS_NEW || p->clist)
        return ERR_PHASE;
    for (uint32_t i = 0; i < count; i++)
        if (!can_move(&given[i]) && !(given[i].rights & RIGHT_COPY))
            return ERR_KEPT;
    return 0;
}

/* All of them, or none.  They are not the manager's any more. */
static uint32_t
give_all(struct process *p, struct descriptor *given, uint32_t count)
{
    uint32_t words[CLIST_MAX], error = may_have_clist(p, given, count);

    for (uint32_t i = 0; i < count && !error; i++) {
        bool moves = can_move(&given[i]);

        error = remake(p, &given[i]);
        words[i] = descriptor_word(given[i].number, given[i].rights, moves ? DESCRIPTOR_MOVE : 0);
    }
    if (!error && process_give(p->descriptor, words, count).error)
        error = ERR_LIMIT;
    for (uint32_t i = 0; i < count; i++)
        if (error || !(words[i] & DESCRIPTOR_MOVE))
            descriptor_close(given[i].number);
    return error;
}

uint32_t
pm_write_clist(struct request *r)
{
    struct descriptor given[CLIST_MAX];
    uint32_t count = r->in.descriptors, error;

    // SOLUTION pm.3
    // | /* TODO pm.3: get_descriptor(), then give_all(). */
    // | (void)given, (void)count, (void)error, (void)give_all;
    // | exercise_missing("pm.3");
    // | return ERR_MESSAGE;
    for (uint32_t i = 0; i < count && i < CLIST_MAX; i++)
        given[i] = get_descriptor(&r->in);
    error = request_end(r); /* broken, and all of them closed, if there are more */
    if (!error)
        error = give_all(r->process, given, count);
    if (error)
        return error;
    r->process->clist = true;
    reply_with(r, count);
    return 0;
    // END pm.3
}

uint32_t
pm_start(struct request *r)
{
    // SOLUTION pm.3
    // | /* TODO pm.3: thread_run() for a new one, process_run() for one that was stopped. */
    // | (void)r;
    // | exercise_missing("pm.3");
    // | return ERR_PHASE;
    struct process *p = r->process;
    uint32_t error = request_end(r);

    if (!error && p->state != PROCESS_NEW && p->state != PROCESS_STOPPED)
        error = ERR_PHASE;
    if (error)
        return error;
    if (p->state == PROCESS_NEW)
        thread_run(p->thread);
    else
        process_run(p->descriptor);
    p->state = PROCESS_RUNNING;
    reply_with(r, 0);
    return 0;
    // END pm.3
}

uint32_t
pm_stop(struct request *r)
{
    // SOLUTION pm.3
    // | /* TODO pm.3: process_stop() */
    // | (void)r;
    // | exercise_missing("pm.3");
    // | return ERR_PHASE;
    uint32_t error = request_end(r);

    if (!error && r->process->state != PROCESS_RUNNING)
        error = ERR_PHASE;
    if (error)
        return error;
    process_stop(r->process->descriptor);
    r->process->state = PROCESS_STOPPED;
    reply_with(r, 0);
    return 0;
    // END pm.3
}

uint32_t
pm_read_status(struct request *r)
{
    struct process_view view;
    uint32_t error = request_end(r);

    if (error)
        return error;
    process_view(r->process, &view);
    reply_view(r, &view, sizeof(view));
    return 0;
}

uint32_t
pm_read_registers(struct request *r)
{
    struct thread_view view;
    uint32_t error = request_end(r);

    if (!error && (!r->process->thread || thread_read(r->process->thread, &view).error))
        error = ERR_PHASE;
    if (error)
        return error;
    reply_with(r, 0);
    put_bytes(&r->out, &view.registers, sizeof(view.registers));
    return 0;
}

uint32_t
pm_read_clist(struct request *r)
{
    uint32_t number = get_u32(&r->in), error = request_end(r);
    struct process_descriptor found;

    if (!error && !r->process->descriptor)
        error = ERR_PHASE;
    if (!error && process_descriptor(r->process->descriptor, number, &found).error)
        error = ERR_NOT_FOUND;
    if (error)
        return error;
    reply_with(r, found.number);
    put_bytes(&r->out, &found.look, sizeof(found.look));
    return 0;
}

uint32_t
pm_wait(struct request *r)
{
    // SOLUTION pm.4
    // | /* TODO pm.4: waiters_add() if it has not ended yet.  Who has heard of its end knows it no more. */
    // | (void)r;
    // | exercise_missing("pm.4");
    // | return ERR_PHASE;
    struct process *p = r->process;
    struct process_view view;
    uint32_t error = request_end(r);

    if (error)
        return error;
    if (p->state != PROCESS_ENDED)
        return waiters_add(&p->waiting, r);
    process_view(p, &view);
    if (!r->stranger)
        process_forget(p);
    reply_view(r, &view, sizeof(view));
    return 0;
    // END pm.4
}

uint32_t
pm_delete(struct request *r)
{
    uint32_t error = request_end(r);

    if (error)
        return error;
    if (r->stranger)
        life_end(r->process, END_KILL, 0);
    else
        life_delete(r->process);
    reply_with(r, 0);
    return 0;
}

uint32_t
pm_kill(struct request *r)
{
    uint32_t error = request_end(r);

    if (!error && r->process->state >= PROCESS_ENDING)
        error = ERR_PHASE;
    if (error)
        return error;
    life_end(r->process, END_KILL, 0);
    reply_with(r, 0);
    return 0;
}
