/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another process with the caller's program: see peer.h.
 */
#include "peer.h"

#include "abi/memory.h"

#define PAGE  4096u
#define STACK 0x10000u /* at the end of the program's memory */

void thread_entry(void);

static struct result
share_page(uint32_t process, uint32_t self, uint32_t address, uint32_t page)
{
    return memory_share(process, address, 1, page & MEMORY_WRITABLE, self, address);
}

static struct result
share_program(uint32_t process, uint32_t self)
{
    struct memory_view view;
    struct result r = {0, 0};

    for (uint32_t at = USER_BASE; at && at < USER_END - STACK && !r.error; at = view.next) {
        memory_query(self, at, 1, &view);
        if (view.page[0])
            r = share_page(process, self, at, view.page[0]);
    }
    return r;
}

struct result
peer_new(uint32_t machine, uint32_t self)
{
    struct result created = kernel_call(CALL_PROCESS_CREATE, machine, NULL, 0), r;

    if (created.error)
        return created;
    r = share_program(created.value, self);
    if (!r.error)
        return created;
    process_delete(created.value);
    return r;
}

struct result
peer_run(uint32_t process, void (*function)(void *), void *argument, void *stack)
{
    struct entry {
        void (*function)(void *);
        void *argument;
    } *entry = (struct entry *)((uint32_t)stack & ~15u) - 2;

    entry->function = function;
    entry->argument = argument;
    return process_start(process, (uint32_t)thread_entry, (uint32_t)entry, (uint32_t)entry);
}
