/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loop: a message comes in at the manager's door, the handler of its function answers it.
 */
// SINCE swap
// < #include "pm.h"
#include "vm.h"
// END swap

#include "call.h"

#define ROOM 4095

uint32_t manager_door;

static uint8_t buffer[ROOM + 1] __attribute__((aligned(4)));

/* By function: who handles it, and what kind of capability it has to come through. */
static const struct {
    uint32_t function;
    handler *handle;
    uint32_t kind;
} table[] = {
    // SINCE swap
    // < {MESSAGE_FAULT, message_fault, COOKIE_SELF},
    {MESSAGE_FAULT, pager_fault, COOKIE_SELF},
    // END swap
    {PM_DOOR, pm_door, COOKIE_SELF},
    {PM_RESOLVE, pm_resolve, COOKIE_SELF},
    {PM_REMOVE, pm_remove, COOKIE_SELF},
    {PM_LIST, pm_list, COOKIE_SELF},
    {PM_ALLOWS, pm_allows, COOKIE_SELF},
    {PM_EXIT, pm_exit, COOKIE_SELF},
    {PM_NUMBER, pm_number, COOKIE_SELF},
    {PM_MAP, pm_map, COOKIE_SELF},
    {PM_UNMAP, pm_unmap, COOKIE_SELF},
    {PM_WAIT_ANY, pm_wait_any, COOKIE_SELF},
    {PM_PROCESS, pm_process, COOKIE_SELF},
    {PM_FIND, pm_find, COOKIE_SELF},
    {PM_MACHINE, pm_machine, COOKIE_SELF},
    {PM_HALT, pm_halt, COOKIE_SELF},
    {PM_REPORT, pm_report, COOKIE_SELF},
    {PM_ARCHIVE, pm_archive, COOKIE_SELF},
    {PM_IRQ, pm_irq, COOKIE_SELF},
    {PM_IRQ_DONE, pm_irq_done, COOKIE_SELF},
    {PM_PORTS, pm_ports, COOKIE_SELF},
    {PM_DEVICE, pm_device, COOKIE_SELF},
    {PM_PRIORITY, pm_priority, COOKIE_SELF},
    {PM_CALLS, pm_calls, COOKIE_SELF},
    {PM_CREATE, pm_create, COOKIE_PMCAP},
    // SINCE swap
    // < {PM_WRITE_CODE, pm_write_code, COOKIE_PROCESS},
    {PM_WRITE_CODE, pm_write_later, COOKIE_PROCESS},
    // END swap
    {PM_WRITE_REGION, pm_write_region, COOKIE_PROCESS},
    {PM_WRITE_REGISTERS, pm_write_registers, COOKIE_PROCESS},
    {PM_WRITE_CLIST, pm_write_clist, COOKIE_PROCESS},
    {PM_TRACE, pm_trace, COOKIE_PROCESS},
    {PM_START, pm_start, COOKIE_PROCESS},
    {PM_STOP, pm_stop, COOKIE_PROCESS},
    {PM_READ_STATUS, pm_read_status, COOKIE_PROCESS},
    {PM_READ_REGISTERS, pm_read_registers, COOKIE_PROCESS},
    {PM_READ_MEMORY, pm_read_memory, COOKIE_PROCESS},
    {PM_READ_CLIST, pm_read_clist, COOKIE_PROCESS},
    {PM_WAIT, pm_wait, COOKIE_PROCESS},
    {PM_DELETE, pm_delete, COOKIE_PROCESS},
    {PM_KILL, pm_kill, COOKIE_PROCESS},
    {MESSAGE_THREAD_ENDED, message_ended, COOKIE_SELF},
    {MESSAGE_PROCESS_ENDED, message_ended, COOKIE_SELF},
    // SINCE swap
    {WORK_NEXT, work_next, COOKIE_WORKER},
    {PM_PAGE_OPEN, pm_page_open, COOKIE_SELF},
    {PM_PAGE_DONE, pm_page_done, COOKIE_SELF},
    {PM_PAGE_DIRTY, pm_page_dirty, COOKIE_SELF},
    {PM_PAGE_WINDOW, pm_page_window, COOKIE_SELF},
    {PM_OBJECT, pm_object, COOKIE_SELF},
    {PM_MAP_OBJECT, pm_map_object, COOKIE_SELF},
    {PM_WRITE_OBJECT, pm_write_object, COOKIE_PROCESS},
    {PM_PROTECT, pm_protect, COOKIE_SELF},
    {PM_ADVISE, pm_advise, COOKIE_SELF},
    {PM_SYNC, pm_sync, COOKIE_SELF},
    {PM_OBJECT_STAT, pm_object_stat, COOKIE_OBJECT},
    {PM_OBJECT_RESIZE, pm_object_resize, COOKIE_OBJECT},
    {PM_OBJECT_DELETE, pm_object_delete, COOKIE_OBJECT},
    {PM_WIRE, pm_wire, COOKIE_SELF},
    {PM_SWAP, pm_swap, COOKIE_SELF},
    {PM_MEMORY, pm_memory, COOKIE_SELF},
    // END swap
};

uint32_t
request_text(struct request *r, char *to, uint32_t size)
{
    uint32_t length = get_u32(&r->in), fits = length < size ? length : size - 1;

    get_bytes(&r->in, to, fits);
    to[fits] = 0;
    if (length - fits > r->in.data - r->in.read)
        r->in.broken = true;
    else
        r->in.read += length - fits;
    return length;
}

uint32_t
request_end(struct request *r)
{
    return incoming_end(&r->in) ? 0 : ERR_MESSAGE;
}

static void
begin(struct request *r)
{
    reply_start(&r->out, buffer, ROOM, r->m.sizes);
}

void
reply_with(struct request *r, uint32_t value)
{
    begin(r);
    put_result(&r->out, value);
}

// SINCE swap
/* Another value, in a reply that has been begun. */
void
put_value(struct request *r, uint32_t value)
{
    memcpy(r->out.buffer, &value, sizeof(value));
}

// END swap
/* `view` begins with its value and its error. */
void
reply_view(struct request *r, const void *view, uint32_t size)
{
    begin(r);
    put_bytes(&r->out, view, size);
}

/* The descriptor goes to the sender, with these of its rights; it is closed if that cannot be. */
void
reply_give(struct request *r, uint32_t descriptor, uint32_t rights)
{
    reply_with(r, 0);
    put_descriptor(&r->out, descriptor, rights, true);
    r->gives = descriptor;
}

/* Bytes that the sender has to have for the reply, since what is done cannot be undone. */
static uint32_t
room_for(uint32_t function)
{
    if (function == PM_CREATE)
        return 3 * sizeof(uint32_t);
    return function == PM_WAIT || function == PM_WAIT_ANY ? sizeof(struct process_view) : 0;
}

/* Who handles the message, if it came through the right kind of capability and has room for the reply; or NULL. */
static handler *
find(const struct request *r, uint32_t kind)
{
    for (uint32_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        if (table[i].function == r->m.function)
            return table[i].kind == kind && call_total_size(r->m.sizes) >= room_for(r->m.function) ? table[i].handle : NULL;
    return NULL;
}

/* What came with the message is not wanted. */
static uint32_t
refuse(struct request *r, uint32_t error)
{
    r->in.broken = true;
    incoming_end(&r->in);
    return error;
}

// SINCE swap
/* What comes through a capability that is not of a process. */
static uint32_t
handle_other(struct request *r, uint32_t kind, handler *found)
{
    r->process = NULL;
    r->object = kind == COOKIE_OBJECT ? object_of(r->m.cookie) : NULL;
    if (!found)
        return refuse(r, ERR_MESSAGE);
    return kind == COOKIE_OBJECT && !r->object ? refuse(r, ERR_STALE) : found(r);
}

// END swap
/* Takes apart what has come, and has it handled.  0; an error for its sender; or NO_REPLY. */
static uint32_t
handle(struct request *r)
{
    uint32_t kind = cookie_kind(r->m.cookie);
    handler *found = find(r, kind == COOKIE_FOUND ? COOKIE_PROCESS : kind);

    incoming_start(&r->in, buffer, r->m.sizes);
    r->process = process_of(r->m.cookie);
    r->stranger = kind == COOKIE_FOUND;
    // SINCE swap
    if (kind == COOKIE_OBJECT || kind == COOKIE_WORKER)
        return handle_other(r, kind, found);
    // END swap
    if (r->m.function < CALL_MANAGER_FIRST && r->m.function != MESSAGE_FAULT && (!found || !r->process))
        return NO_REPLY; /* the kernel's, about nobody whom we know */
    if (!found)
        return refuse(r, ERR_MESSAGE);
    if (!r->process || (r->process->forgotten && kind != COOKIE_SELF))
        return refuse(r, ERR_STALE);
    return found(r);
}

// SINCE swap
/* A reply to a fault, with the page. */
static struct message
give_page(struct request *r)
{
    struct message m = reply_receive(r->m.cookie, buffer, outgoing_sizes(&r->out));
    uint32_t error;

    if (m.function != CALL_INVALID)
        return m;
    error = pager_again(r, handle);
    return error == NO_REPLY ? receive(manager_door, buffer, ROOM, 0) : serve(&r->out, r->m.cookie, error);
}

// END swap
/* Replies, or not, and waits for the next message. */
static struct message
next(struct request *r, uint32_t error)
{
    if (error == NO_REPLY)
        return receive(manager_door, buffer, ROOM, 0);
    // SINCE swap
    if (!error && r->m.function == MESSAGE_FAULT && r->out.data)
        return give_page(r);
    // END swap
    if (error || !r->gives)
        return serve(&r->out, r->m.cookie, error);
    if (r->out.broken || reply(r->m.cookie, buffer, outgoing_sizes(&r->out)).error) {
        descriptor_close(r->gives);
        reply_error(ERR_MESSAGE);
    }
    return receive(manager_door, buffer, ROOM, 0);
}

void
manager_run(void)
{
    struct request r = {.m = receive(manager_door, buffer, ROOM, 0)};

    for (;;) {
        r.gives = 0;
        reply_start(&r.out, buffer, ROOM, r.m.sizes);
        r.m = r.m.function == CALL_INVALID ? receive(manager_door, buffer, ROOM, 0) : next(&r, handle(&r));
    }
}
