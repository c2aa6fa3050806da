/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What touches the machine itself: each of it has to be in the policy.
 */
#include "pm.h"

#include "abi/memory.h"
#include "call.h"

static uint32_t
need(const struct request *r, enum policy_power power)
{
    return policy_may(r->process->domain, power) ? 0 : ERR_NO_ACCESS;
}

/* An error of the kernel's in the manager's words: a server cannot say the kernel's. */
static uint32_t
own_error(uint32_t error)
{
    switch (error) {
    case 0:
        return 0;
    case ERR_MEMORY:
    case ERR_FULL:
        return ERR_LIMIT;
    case ERR_RIGHT:
        return ERR_KEPT;
    case ERR_ADDRESS:
    case ERR_MAPPED:
        return ERR_RANGE;
    default:
        return ERR_MESSAGE;
    }
}

uint32_t
pm_halt(struct request *r)
{
    uint32_t status = get_u32(&r->in), error = request_end(r);

    if (!error)
        error = need(r, POLICY_HALT);
    if (!error)
        machine_stop(status);
    return error;
}

uint32_t
pm_report(struct request *r)
{
    uint32_t size, error;
    const char *text = get_rest(&r->in, &size);

    error = request_end(r);
    if (!error)
        error = need(r, POLICY_REPORT);
    if (error)
        return error;
    test_write(text, size);
    reply_with(r, size);
    return 0;
}

/* Pages of the manager's own, in `p` to be read only; `from` is where the first begins.  0, or an error. */
static uint32_t
show(struct process *p, uint32_t address, uint32_t from, uint32_t pages)
{
    uint32_t error = region_add(p, address, pages, 0, true), done = 0;

    if (error)
        return error;
    while (!error && done < pages) {
        uint32_t some = pages - done < MEMORY_PAGES_MAX ? pages - done : MEMORY_PAGES_MAX;

        error = memory_share(p->descriptor, address + done * PAGE, some, 0, DESCRIPTOR_ROOT, from + done * PAGE).error;
        done += some;
    }
    if (error)
        region_take_back(p, address);
    return own_error(error);
}

uint32_t
pm_archive(struct request *r)
{
    uint32_t address = get_u32(&r->in), error = request_end(r), from, pages;

    if (!error)
        error = need(r, POLICY_ARCHIVE);
    if (error)
        return error;
    from = (uint32_t)archive.data;
    pages = (from % PAGE + archive.size + PAGE - 1) / PAGE;
    error = from % PAGE ? ERR_RANGE : show(r->process, address, from, pages);
    if (!error)
        reply_with(r, archive.size);
    return error;
}

uint32_t
pm_irq(struct request *r)
{
    uint32_t irq = get_u32(&r->in);
    struct descriptor door = get_descriptor(&r->in);
    uint32_t error = request_end(r);

    if (error)
        return error;
    error = policy_may_irq(r->process->domain, irq) ? own_error(irq_bind(CALL_MACHINE, irq, door.number, 0).error)
                                                    : ERR_NO_ACCESS;
    descriptor_close(door.number);
    if (!error)
        reply_with(r, 0);
    return error;
}

uint32_t
pm_irq_done(struct request *r)
{
    uint32_t irq = get_u32(&r->in), error = request_end(r);

    if (!error && !policy_may_irq(r->process->domain, irq))
        error = ERR_NO_ACCESS;
    if (!error)
        error = own_error(irq_done(CALL_MACHINE, irq).error);
    if (!error)
        reply_with(r, 0);
    return error;
}

uint32_t
pm_ports(struct request *r)
{
    uint32_t first = get_u32(&r->in), count = get_u32(&r->in), error = request_end(r);

    if (!error && !policy_may_ports(r->process->domain, first, count))
        error = ERR_NO_ACCESS;
    if (!error)
        error = own_error(process_ports(r->process->descriptor, CALL_MACHINE, first, count).error);
    if (!error)
        reply_with(r, 0);
    return error;
}

/* Of a device, in `p`.  0, or an error. */
static uint32_t
map_device(struct process *p, uint32_t address, uint32_t pages, uint32_t physical)
{
    uint32_t error = region_add(p, address, pages, MEMORY_WRITABLE, true);

    if (error)
        return error;
    error = memory_device(p->descriptor, address, pages, MEMORY_WRITABLE, physical).error;
    if (error)
        region_take_back(p, address);
    return own_error(error);
}

uint32_t
pm_device(struct request *r)
{
    uint32_t address = get_u32(&r->in), pages = get_u32(&r->in), physical = get_u32(&r->in), error = request_end(r);

    if (!error && !policy_may_device(r->process->domain, physical, pages))
        error = ERR_NO_ACCESS;
    if (!error && pages > MEMORY_PAGES_MAX)
        error = ERR_RANGE;
    if (!error)
        error = map_device(r->process, address, pages, physical);
    if (!error)
        reply_with(r, address);
    return error;
}

uint32_t
pm_priority(struct request *r)
{
    uint32_t priority = get_u32(&r->in), error = request_end(r);

    if (!error)
        error = need(r, POLICY_PRIORITY);
    if (!error && priority > PRIORITY_MOST)
        error = ERR_RANGE;
    if (!error)
        error = own_error(thread_priority(r->process->thread, priority, CALL_MACHINE).error);
    if (!error)
        reply_with(r, 0);
    return error;
}
