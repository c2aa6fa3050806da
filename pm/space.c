/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What processes and their creators ask about memory, and page faults.
 */
// SINCE swap
// < #include "pm.h"
#include "vm.h"
// END swap

#include "abi/memory.h"
#include "call.h"

#define VECTOR_PAGE_FAULT 14

/* Some flag that there is not. */
static bool
is_flags(uint32_t flags)
{
    return !(flags & ~MEMORY_WRITABLE);
}

uint32_t
pm_map(struct request *r)
{
    uint32_t address = get_u32(&r->in), pages = get_u32(&r->in), flags = get_u32(&r->in), error = request_end(r);

    if (!error && !is_flags(flags))
        error = ERR_MESSAGE;
    if (error)
        return error;
    if (address == 0)
        address = region_room(r->process, pages);
    error = region_add(r->process, address, pages, flags, false);
    if (!error)
        reply_with(r, address);
    return error;
}

uint32_t
pm_unmap(struct request *r)
{
    uint32_t address = get_u32(&r->in), pages = get_u32(&r->in), error = request_end(r);

    if (!error)
        error = region_remove(r->process, address, pages);
    if (!error)
        reply_with(r, 0);
    return error;
}

/* For a child that has not been started. */
uint32_t
pm_write_region(struct request *r)
{
    // SOLUTION pm.3
    // | /* TODO pm.3 */
    // | (void)r;
    // | exercise_missing("pm.3");
    // | return ERR_MESSAGE;
    uint32_t address = get_u32(&r->in), pages = get_u32(&r->in), flags = get_u32(&r->in), error = request_end(r);

    if (!error && !is_flags(flags))
        error = ERR_MESSAGE;
    if (!error && r->process->state != PROCESS_NEW)
        error = ERR_PHASE;
    if (!error)
        error = region_add(r->process, address, pages, flags, false);
    if (!error)
        reply_with(r, address);
    return error;
    // END pm.3
}

/* Regions for the pages of a range that are in none.  0, or an error. */
static uint32_t
add_missing(struct process *p, uint32_t first, uint32_t last, uint32_t flags)
{
    for (uint32_t at = first; at < last; at += PAGE) {
        uint32_t error = region_free(p, at, 1) ? region_add(p, at, 1, flags, false) : 0;

        if (error)
            return error;
    }
    return 0;
}

uint32_t
pm_write_code(struct request *r)
{
    uint32_t address = get_u32(&r->in), flags = get_u32(&r->in), size;
    const void *bytes = get_rest(&r->in, &size);
    uint32_t error = request_end(r);

    // SOLUTION pm.3
    // | /* TODO pm.3: abi/pm.h; add_missing(), memory_write(). */
    // | (void)address, (void)flags, (void)bytes, (void)error, (void)add_missing;
    // | exercise_missing("pm.3");
    // | return ERR_MESSAGE;
    if (!error && !is_flags(flags))
        error = ERR_MESSAGE;
    if (!error && r->process->state != PROCESS_NEW)
        error = ERR_PHASE;
    if (!error && (address < PAGE || address > KERNEL_BASE || size > KERNEL_BASE - address))
        error = ERR_RANGE;
    if (!error)
        error = add_missing(r->process, address & -PAGE, address + size, flags);
    if (!error)
        error = memory_write(r->process, address, bytes, size);
    if (!error)
        reply_with(r, size);
    return error;
    // END pm.3
}

uint32_t
pm_read_memory(struct request *r)
{
    static uint8_t bytes[CALL_DATA_MAX];
    uint32_t address = get_u32(&r->in), size = get_u32(&r->in), error = request_end(r);

    if (!error && size > sizeof(bytes) - 2 * sizeof(uint32_t))
        error = ERR_MESSAGE;
    if (!error && (r->process->state >= PROCESS_ENDING))
        error = ERR_PHASE;
    if (!error && address + size < address)
        error = ERR_RANGE;
    if (!error)
        error = memory_read(r->process, bytes, address, size);
    // SINCE swap
    if (error == ERR_AGAIN)
        return sleep_call(&reach_awaits->sleepers, r);
    // END swap
    if (error)
        return error;
    reply_with(r, size);
    put_bytes(&r->out, bytes, size);
    return 0;
}

/* A page that is missing is brought; all else ends the process, and its parent learns what it was. */
uint32_t
message_fault(struct request *r)
{
    struct process *p = r->process;
    struct fault_message fault;
    uint32_t error = ERR_RANGE;

    get_bytes(&r->in, &fault, sizeof(fault));
    if (request_end(r))
        return ERR_MESSAGE;
    // SOLUTION pm.1
    // | /* TODO pm.1: for now every fault is taken for a page that is missing. */
    // | (void)p, (void)error;
    // | region_bring(p, fault.address);
    // | reply_start(&r->out, (void *)r->in.buffer, CALL_DATA_MAX, r->m.sizes);
    // | return 0;
    if (fault.vector == VECTOR_PAGE_FAULT && !fault.present)
        error = region_bring(p, fault.address);
    reply_start(&r->out, (void *)r->in.buffer, CALL_DATA_MAX, r->m.sizes);
    if (!error)
        return 0;
    p->fault = fault;
    life_end(p, END_FAULT, fault.vector);
    return error;
    // END pm.1
}
