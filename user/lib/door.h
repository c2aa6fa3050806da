/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel calls of abi/door.h by name, one call each.  Where `machine`, `process`,
 * `thread` or `door` is meant, a descriptor of it is given.  A buffer is at
 * most CALL_DATA_MAX bytes; message.h writes and reads what is in it.
 */
#pragma once

#include "call.h"

#include "abi/door.h"

/* What was received: then call_total_size(sizes) is the room that the sender has for the reply. */
struct message {
    uint32_t function; /* CALL_INVALID: nothing was, and the cookie is the error */
    uint32_t cookie;
    uint32_t sizes;
};

#define RECEIVE_LIMIT 0xfffffu /* milliseconds: a longer limit is taken for this one */

/*
 * The three calls that matter for speed.  With a constant for `sysenter` nothing
 * but the call itself is left.
 */
static inline struct reply
send_by(bool sysenter, uint32_t function, uint32_t door, void *buffer, uint32_t sizes)
{
    return sysenter ? enter_sysenter(function, door, buffer, sizes) : enter_int(function, door, buffer, sizes);
}

static inline struct message
receive_by(bool sysenter, uint32_t door, void *buffer, uint32_t size, uint32_t limit)
{
    struct reply r = send_by(sysenter, CALL_RECEIVE, door, buffer,
                             size << 20 | (limit < RECEIVE_LIMIT ? limit : RECEIVE_LIMIT));

    return (struct message){r.value, r.error, r.sizes};
}

static inline struct message
reply_receive_by(bool sysenter, uint32_t cookie, void *buffer, uint32_t sizes)
{
    struct reply r = send_by(sysenter, CALL_REPLY_RECEIVE, cookie, buffer, sizes);

    return (struct message){r.value, r.error, r.sizes};
}

static inline struct reply
send(uint32_t function, uint32_t door, void *buffer, uint32_t sizes)
{
    return send_by(call_by_sysenter, function, door, buffer, sizes);
}

/* With a limit of 0 it waits for ever. */
static inline struct message
receive(uint32_t door, void *buffer, uint32_t size, uint32_t limit)
{
    return receive_by(call_by_sysenter, door, buffer, size, limit);
}

/* The sizes have the whole buffer's, and those of the reply that is in it. */
static inline struct message
reply_receive(uint32_t cookie, void *buffer, uint32_t sizes)
{
    return reply_receive_by(call_by_sysenter, cookie, buffer, sizes);
}

struct result reply(uint32_t cookie, const void *buffer, uint32_t sizes);
struct result reply_error(uint32_t error);
struct message reply_error_receive(uint32_t error, void *buffer, uint32_t size);
struct result park(uint32_t cookie);
struct result answer(uint32_t parked, const void *buffer, uint32_t sizes);
struct result answer_error(uint32_t parked, uint32_t error);
struct result would_block(uint32_t door);

/* `count` is how many doors the list has. */
struct result wait(const struct wait_list *list, uint32_t count);

struct result descriptor_close(uint32_t descriptor);
struct result descriptor_duplicate(uint32_t descriptor, uint32_t rights, uint32_t cookie);
struct result descriptor_look(uint32_t descriptor, struct look *look);

struct result door_create(uint32_t machine, bool system, uint32_t cookie);
struct result irq_bind(uint32_t machine, uint32_t irq, uint32_t door, uint32_t cookie);
struct result irq_done(uint32_t machine, uint32_t irq);

/* The rights are those that the process has in calls of the manager's range. */
struct result process_manager(uint32_t process, uint32_t door, uint32_t rights, uint32_t cookie);

/* What is given away is told by descriptor_word(): which, with what rights, and whether it is kept. */
struct result process_give(uint32_t process, const uint32_t *words, uint32_t count);
struct result process_thread(uint32_t process);
struct result process_vector(uint32_t process, uint32_t vector);
struct result process_ports(uint32_t process, uint32_t machine, uint32_t first, uint32_t count);

struct result thread_delete(uint32_t thread);
struct result thread_run(uint32_t thread); /* CALL_THREAD_START */
struct result thread_stop(uint32_t thread);
struct result thread_read(uint32_t thread, struct thread_view *view);
struct result thread_write(uint32_t thread, const struct registers *registers);

/* The machine is needed for a priority above the caller's own. */
struct result thread_priority(uint32_t thread, uint32_t priority, uint32_t machine);

struct result thread_sandbox(uint32_t thread, uint32_t door, uint32_t cookie);
