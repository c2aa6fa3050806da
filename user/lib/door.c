/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel calls on doors, descriptors, threads, and more of those on processes.
 */
#include "door.h"

#include <stddef.h>

/* A call with one word as its data, or with none. */
static struct result
call_word(uint32_t function, uint32_t target, uint32_t word)
{
    return kernel_call(function, target, &word, sizeof(word));
}

static struct result
call_plain(uint32_t function, uint32_t target)
{
    return kernel_call(function, target, NULL, 0);
}

struct result
reply(uint32_t cookie, const void *buffer, uint32_t sizes)
{
    return call_sized(CALL_REPLY, cookie, buffer, sizes);
}

struct result
reply_error(uint32_t error)
{
    return call_plain(CALL_REPLY_ERROR, error);
}

struct message
reply_error_receive(uint32_t error, void *buffer, uint32_t size)
{
    struct reply r = send(CALL_REPLY_ERROR_RECEIVE, error, buffer, call_sizes(size, 0, 0));

    return (struct message){r.value, r.error, r.sizes};
}

struct result
park(uint32_t cookie)
{
    return call_plain(CALL_PARK, cookie);
}

struct result
answer(uint32_t parked, const void *buffer, uint32_t sizes)
{
    return call_sized(CALL_ANSWER, parked, buffer, sizes);
}

struct result
answer_error(uint32_t parked, uint32_t error)
{
    return call_word(CALL_ANSWER_ERROR, parked, error);
}

struct result
would_block(uint32_t door)
{
    return call_plain(CALL_WOULDBLOCK, door);
}

struct result
wait(const struct wait_list *list, uint32_t count)
{
    return kernel_call(CALL_WAIT, CALL_SELF, list, offsetof(struct wait_list, door) + count * sizeof(list->door[0]));
}

struct result
descriptor_close(uint32_t descriptor)
{
    return call_plain(CALL_CLOSE, descriptor);
}

struct result
descriptor_duplicate(uint32_t descriptor, uint32_t rights, uint32_t cookie)
{
    struct duplicate duplicate = {rights, cookie};

    return kernel_call(CALL_DUPLICATE, descriptor, &duplicate, sizeof(duplicate));
}

struct result
descriptor_look(uint32_t descriptor, struct look *look)
{
    return call_sized(CALL_LOOK, descriptor, look, call_sizes(sizeof(*look), 0, 0));
}

struct result
door_create(uint32_t machine, bool system, uint32_t cookie)
{
    struct door_create create = {system, cookie};

    return kernel_call(CALL_DOOR_CREATE, machine, &create, sizeof(create));
}

struct result
irq_bind(uint32_t machine, uint32_t irq, uint32_t door, uint32_t cookie)
{
    struct interrupt interrupt = {irq, {door, {0, cookie}}};

    return kernel_call(CALL_IRQ_BIND, machine, &interrupt, sizeof(interrupt));
}

struct result
irq_done(uint32_t machine, uint32_t irq)
{
    return call_word(CALL_IRQ_DONE, machine, irq);
}

struct result
process_manager(uint32_t process, uint32_t door, uint32_t rights, uint32_t cookie)
{
    struct door_for manager = {door, {rights, cookie}};

    return kernel_call(CALL_PROCESS_MANAGER, process, &manager, sizeof(manager));
}

struct result
process_give(uint32_t process, const uint32_t *words, uint32_t count)
{
    return call_sized(CALL_PROCESS_GIVE, process, words, call_sizes(count * sizeof(*words), 0, count));
}

struct result
process_thread(uint32_t process)
{
    return call_plain(CALL_PROCESS_THREAD, process);
}

struct result
process_vector(uint32_t process, uint32_t vector)
{
    return call_word(CALL_PROCESS_VECTOR, process, vector);
}

struct result
process_ports(uint32_t process, uint32_t machine, uint32_t first, uint32_t count)
{
    struct port_grant grant = {machine, first, count};

    return kernel_call(CALL_PROCESS_PORTS, process, &grant, sizeof(grant));
}

struct result
thread_delete(uint32_t thread)
{
    return call_plain(CALL_THREAD_DELETE, thread);
}

struct result
thread_run(uint32_t thread)
{
    return call_plain(CALL_THREAD_START, thread);
}

struct result
thread_stop(uint32_t thread)
{
    return call_plain(CALL_THREAD_STOP, thread);
}

struct result
thread_read(uint32_t thread, struct thread_view *view)
{
    return call_sized(CALL_THREAD_READ, thread, view, call_sizes(sizeof(*view), 0, 0));
}

struct result
thread_write(uint32_t thread, const struct registers *registers)
{
    return kernel_call(CALL_THREAD_WRITE, thread, registers, sizeof(*registers));
}

struct result
thread_priority(uint32_t thread, uint32_t priority, uint32_t machine)
{
    struct thread_priority wanted = {priority, machine};

    return kernel_call(CALL_THREAD_PRIORITY, thread, &wanted, sizeof(wanted));
}

struct result
thread_sandbox(uint32_t thread, uint32_t door, uint32_t cookie)
{
    struct door_for sandbox = {door, {0, cookie}};

    return kernel_call(CALL_THREAD_SANDBOX, thread, &sandbox, sizeof(sandbox));
}
