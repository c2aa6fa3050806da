/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watching processes: what they call, and whom they wait for.  The manager only sees to it who may; the messages go
 * straight from the kernel to the tracer, who may take its time.
 */
#include "pm.h"

#include "string.h"

/* It must not be the manager's own: whoever traps there would wait for somebody who does not know what it is about. */
uint32_t
pm_trace(struct request *r)
{
    struct process *p = r->process;
    struct descriptor door = get_descriptor(&r->in);
    uint32_t error = request_end(r);

    if (error)
        return error;
    if (p->state != PROCESS_NEW)
        error = ERR_PHASE;
    else if (door.own || thread_trace(p->thread, door.number, 0).error)
        error = ERR_MESSAGE;
    descriptor_close(door.number);
    if (error)
        return error;
    p->traced = true;
    reply_with(r, 0);
    return 0;
}

/* What `p`, which has ended, traced has nobody who lets it pass. */
void
trace_parent_ended(struct process *p)
{
    for (struct process *c = p->child; c; c = c->sibling)
        if (c->traced)
            life_end(c, END_KILL, 0);
}

/* The name of the door where thread `thread` of `p` calls, if `server` has given it one. */
static const char *
name_of_door(const struct process *p, uint32_t thread, const struct process *server)
{
    const struct name *name;
    struct process_call call;

    for (uint32_t i = 0; (name = name_at(i)); i++)
        if (name->owner == server && !process_call(p->descriptor, thread, name->door, &call).error && call.at_door)
            return name->text;
    return "";
}

uint32_t
pm_calls(struct request *r)
{
    uint32_t number = get_u32(&r->in), thread = get_u32(&r->in), error = request_end(r);
    const struct process *p = process_next(number), *server;
    struct process_call call;
    struct call_view view;

    if (error)
        return error;
    if (!p || p->number != number || !p->descriptor || process_call(p->descriptor, thread, 0, &call).error)
        return ERR_NOT_FOUND;
    server = call.managed ? process_of(call.server) : NULL;
    view = (struct call_view){.value = call.thread, .state = call.state, .function = call.function,
                              .server = server ? server->number : 0};
    if (server)
        strlcpy(view.door, name_of_door(p, call.thread, server), sizeof(view.door));
    reply_view(r, &view, sizeof(view));
    return 0;
}
