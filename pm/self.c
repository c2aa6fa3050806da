/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a process asks about itself and about others.
 */
// SINCE swap
// < #include "pm.h"
#include "vm.h"
// END swap

uint32_t
pm_exit(struct request *r)
{
    uint32_t status = get_u32(&r->in), error = request_end(r);

    if (error)
        return error;
    life_end(r->process, END_EXIT, status);
    return ERR_STALE; /* to nobody: it keeps the replies in order */
}

uint32_t
pm_number(struct request *r)
{
    uint32_t error = request_end(r);

    if (!error)
        reply_with(r, r->process->number);
    return error;
}

/* The oldest child that has ended. */
static struct process *
ended_child(const struct process *p)
{
    struct process *found = NULL;

    for (struct process *c = p->child; c; c = c->sibling)
        if (c->state == PROCESS_ENDED)
            found = c;
    return found;
}

uint32_t
pm_wait_any(struct request *r)
{
    // SOLUTION pm.4
    // | /* TODO pm.4 */
    // | (void)r, (void)ended_child;
    // | exercise_missing("pm.4");
    // | return ERR_NOT_FOUND;
    uint32_t wait = get_u32(&r->in), error = request_end(r);
    struct process *ended = ended_child(r->process);
    struct process_view view;

    if (!error && !r->process->child)
        error = ERR_NOT_FOUND;
    if (!error && !ended && !wait)
        error = ERR_PHASE;
    if (error)
        return error;
    if (!ended)
        return waiters_add(&r->process->waiting_any, r);
    process_view(ended, &view);
    process_forget(ended);
    reply_view(r, &view, sizeof(view));
    return 0;
    // END pm.4
}

uint32_t
pm_process(struct request *r)
{
    uint32_t number = get_u32(&r->in), error = request_end(r);
    const struct process *p = process_next(number);
    struct process_view view;

    if (error || !p)
        return error ? error : ERR_NOT_FOUND;
    process_view(p, &view);
    reply_view(r, &view, sizeof(view));
    return 0;
}

uint32_t
pm_find(struct request *r)
{
    uint32_t number = get_u32(&r->in), error = request_end(r), rights, found;
    const struct process *p = process_next(number);

    if (!error && (!p || p->number != number || p->forgotten))
        error = ERR_NOT_FOUND;
    if (error)
        return error;
    // SOLUTION pm.6
    // | /* TODO pm.6: which rights does the policy give, on processes of its domain? */
    // | exercise_missing("pm.6");
    // | rights = RIGHTS_ALL;
    rights = policy_rights(r->process->domain, policy_process_type(p->domain));
    if (!rights)
        return ERR_NO_ACCESS;
    // END pm.6
    found = capability(p, COOKIE_FOUND, RIGHTS_ALL);
    if (!found)
        return ERR_LIMIT;
    reply_give(r, found, rights);
    return 0;
}

uint32_t
pm_machine(struct request *r)
{
    struct machine_view view = {
        .frames_free = frames_free(),
        .frames = frames_all,
        .processes = process_count,
        .names = name_count,
        .milliseconds = clock_milliseconds(),
    };
    uint32_t error = request_end(r);

    // SINCE swap
    if (pages_return())
        view.frames_free = frames_free();
    // END swap
    if (!error)
        reply_view(r, &view, sizeof(view));
    return error;
}
