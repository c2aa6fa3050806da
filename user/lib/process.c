/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel calls on processes and their memory.
 */
#include "process.h"

#include "text.h"

struct result
process_create(void)
{
    return kernel_call(CALL_PROCESS_CREATE, CALL_MACHINE, NULL, 0);
}

struct result
process_delete(uint32_t process)
{
    return kernel_call(CALL_PROCESS_DELETE, process, NULL, 0);
}

struct result
process_start(uint32_t process, uint32_t entry, uint32_t stack, uint32_t argument)
{
    struct thread_start start = {entry, stack, argument};

    return kernel_call(CALL_PROCESS_START, process, &start, sizeof(start));
}

static struct result
range_call(uint32_t function, uint32_t process, uint32_t address, uint32_t pages, uint32_t flags)
{
    struct memory_range range = {address, pages, flags};

    return kernel_call(function, process, &range, sizeof(range));
}

struct result
memory_map(uint32_t process, uint32_t address, uint32_t pages, uint32_t flags)
{
    return range_call(CALL_MEMORY_MAP, process, address, pages, flags);
}

struct result
memory_unmap(uint32_t process, uint32_t address, uint32_t pages)
{
    return range_call(CALL_MEMORY_UNMAP, process, address, pages, 0);
}

struct result
memory_protect(uint32_t process, uint32_t address, uint32_t pages, uint32_t flags)
{
    return range_call(CALL_MEMORY_PROTECT, process, address, pages, flags);
}

struct result
memory_share(uint32_t process, uint32_t address, uint32_t pages, uint32_t flags, uint32_t source, uint32_t from)
{
    struct memory_share share = {{address, pages, flags}, source, from};

    return kernel_call(CALL_MEMORY_SHARE, process, &share, sizeof(share));
}

struct result
memory_device(uint32_t process, uint32_t address, uint32_t pages, uint32_t flags, uint32_t physical)
{
    struct memory_device device = {{address, pages, flags}, CALL_MACHINE, physical};

    return kernel_call(CALL_MEMORY_DEVICE, process, &device, sizeof(device));
}

/* The reply comes into the buffer that held the message. */
static struct result
ask(uint32_t function, uint32_t target, void *buffer, const void *message, uint32_t size, uint32_t room)
{
    memcpy(buffer, message, size);
    return call_sized(function, target, buffer, call_sizes(room, size, 0));
}

static struct result
look(uint32_t function, uint32_t process, uint32_t address, uint32_t pages, struct memory_view *view)
{
    struct memory_range range = {address, pages, 0};

    return ask(function, process, view, &range, sizeof(range), sizeof(*view));
}

struct result
memory_query(uint32_t process, uint32_t address, uint32_t pages, struct memory_view *view)
{
    return look(CALL_MEMORY_QUERY, process, address, pages, view);
}

struct result
memory_scan(uint32_t process, uint32_t address, uint32_t pages, struct memory_view *view)
{
    return look(CALL_MEMORY_SCAN, process, address, pages, view);
}

struct result
frames_query(uint32_t first, uint32_t frames, struct frame_view *view)
{
    struct frame_range range = {first, frames};

    return ask(CALL_FRAMES, CALL_MACHINE, view, &range, sizeof(range), sizeof(*view));
}

uint32_t
frames_free(void)
{
    uint32_t words[2];
    struct frame_range range = {0, 0};

    return ask(CALL_FRAMES, CALL_MACHINE, words, &range, sizeof(range), sizeof(words)).value;
}
