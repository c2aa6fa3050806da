/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See limit.h.
 */
#include "limit.h"

struct result
process_limit(uint32_t process, uint32_t threads, uint32_t descriptors, bool console)
{
    struct process_limits limits = {threads, descriptors, console};

    return kernel_call(CALL_PROCESS_LIMIT, process, &limits, sizeof(limits));
}

struct result
process_run(uint32_t process)
{
    return kernel_call(CALL_PROCESS_RUN, process, NULL, 0);
}

struct result
process_stop(uint32_t process)
{
    return kernel_call(CALL_PROCESS_STOP, process, NULL, 0);
}

struct result
process_counts(uint32_t process, struct process_counts *counts)
{
    return call_sized(CALL_PROCESS_COUNTS, process, counts, call_sizes(sizeof(*counts), 0, 0));
}

struct result
process_descriptor(uint32_t process, uint32_t number, struct process_descriptor *found)
{
    found->number = number;
    return call_sized(CALL_PROCESS_DESCRIPTOR, process, found, call_sizes(sizeof(*found), sizeof(number), 0));
}

struct result
door_counts(uint32_t door, struct door_counts *counts)
{
    return call_sized(CALL_DOOR_COUNTS, door, counts, call_sizes(sizeof(*counts), 0, 0));
}

struct result
thread_trace(uint32_t thread, uint32_t door, uint32_t cookie)
{
    struct door_for message = {door, {0, cookie}};

    return kernel_call(CALL_THREAD_TRACE, thread, &message, sizeof(message));
}

struct result
process_call(uint32_t process, uint32_t thread, uint32_t door, struct process_call *call)
{
    union {
        struct process_call_of of;
        struct process_call call;
    } buffer = {.of = {thread, door}};
    struct result r = call_sized(CALL_PROCESS_CALL, process, &buffer, call_sizes(sizeof(buffer), sizeof(buffer.of), 0));

    *call = buffer.call;
    return r;
}
