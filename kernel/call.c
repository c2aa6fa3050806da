/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel calls: messages to the microkernel.  abi/call.h has the numbers and
 * the registers.  A call checks everything first; then it changes things and
 * cannot fail any more.
 */
#include "process.h"
// SINCE doors
#include "door.h"
// END doors

/* The four registers that a caller finds when its call is done. */
struct thread *
call_reply(struct thread *self, uint32_t value, uint32_t error)
{
    // SOLUTION traps.6
    // | /* TODO traps.6 */
    // | (void)value, (void)error;
    CALL_ARG0(self) = value;
    CALL_ARG1(self) = error;
    CALL_ARG2(self) = 0;
    CALL_ARG3(self) = 0;
    // END traps.6
    return self;
}

struct thread *
call_fail(struct thread *self, uint32_t error)
{
    // SINCE doors
    if (error == ERR_OWN_PAGE)
        return fault_own(self);
    // END doors
    return call_reply(self, -1, error);
}

/*
 * Is the message's data, of which CALL_ARG3 tells the size, all in the caller's
 * memory?  0 if so, or an error; and ERR_SIZE if the sizes contradict each other.
 */
static uint32_t
check_message(const struct thread *self)
{
    // SOLUTION traps.6
    // | /* TODO traps.6: nothing that ring 3 says may be believed. */
    // | (void)self;
    // | return 0;
    uint32_t sizes = CALL_ARG3(self);

    if (call_data_size(sizes) > call_total_size(sizes) || call_descriptors(sizes) != 0)
        return ERR_SIZE;
    return user_check(self->process, CALL_ARG2(self), call_data_size(sizes), false);
    // END traps.6
}

/* Copies the data of a message that has to be of this size.  0, or an error. */
uint32_t
call_data(const struct thread *self, void *to, uint32_t size)
{
    uint32_t error = check_message(self);

    if (error)
        // SINCE doors
        // < return error;
        return own_page(error);
        // END doors
    return call_data_size(CALL_ARG3(self)) == size ? user_read(self->process, to, CALL_ARG2(self), size) : ERR_SIZE;
}

static struct thread *
call_yield(struct thread *self)
{
    return thread_yield(call_reply(self, 0, 0));
}

static struct thread *
call_clock(struct thread *self)
{
    return call_reply(self, timer_milliseconds, 0);
}

static struct thread *
call_thread_exit(struct thread *self)
{
    return thread_end(self);
}

/* Creates a thread in `process`, as the message says. */
struct thread *
call_thread(struct thread *self, struct process *process)
{
    struct thread_start start;
    struct thread *created;
    uint32_t error = call_data(self, &start, sizeof(start));

    // SINCE pm
    if (!error && !process_thread_room(process))
        error = ERR_FULL;
    // END pm
    if (error)
        return call_fail(self, error);
    created = thread_new(process, start.entry, start.stack, start.argument);
    if (!created)
        return call_fail(self, ERR_FULL);
    // SINCE doors
    thread_made_by(created, self);
    // END doors
    return call_reply(self, created->number, 0);
}

static struct thread *
call_thread_create(struct thread *self)
{
    return call_thread(self, self->process);
}

static struct thread *
call_machine_stop(struct thread *self)
{
    uint32_t status, error = call_data(self, &status, sizeof(status));

    if (error)
        return call_fail(self, error);
    machine_stop(MACHINE_DONE + (status & 15));
}

#define WRITE_PART 128 /* bytes that go through the kernel at once */

static struct thread *
write_by(void (*write)(const char *text, size_t size), struct thread *self)
{
    char text[WRITE_PART];
    // SINCE doors
    // < uint32_t error = check_message(self), size = call_data_size(CALL_ARG3(self));
    uint32_t error = own_page(check_message(self)), size = call_data_size(CALL_ARG3(self));
    // END doors

    if (error)
        return call_fail(self, error);
    for (uint32_t at = 0, part; at < size; at += part) {
        part = size - at < WRITE_PART ? size - at : WRITE_PART;
        user_read(self->process, text, CALL_ARG2(self) + at, part);
        write(text, part);
    }
    return call_reply(self, size, 0);
}

static struct thread *
call_console_write(struct thread *self)
{
    // SINCE pm
    if (self->process->silent)
        return call_fail(self, ERR_RIGHT);
    // END pm
    return write_by(console_write, self);
}

static void
test_write(const char *text, size_t size)
{
    serial_write(SERIAL_TEST, text, size);
}

static struct thread *
call_test_write(struct thread *self)
{
    return write_by(test_write, self);
}

static handler *const handlers[CALL_LIMIT] = {
    // SINCE doors
    [CALL_RECEIVE] = call_receive,
    [CALL_REPLY] = call_reply_message,
    [CALL_REPLY_RECEIVE] = call_reply_receive,
    [CALL_REPLY_ERROR] = call_reply_error,
    [CALL_REPLY_ERROR_RECEIVE] = call_reply_error_receive,
    [CALL_PARK] = call_park,
    [CALL_ANSWER] = call_answer,
    [CALL_ANSWER_ERROR] = call_answer_error,
    [CALL_WAIT] = call_wait,
    [CALL_WOULDBLOCK] = call_wouldblock,
    [CALL_CLOSE] = call_close,
    [CALL_DUPLICATE] = call_duplicate,
    [CALL_LOOK] = call_look,
    [CALL_DOOR_CREATE] = call_door_create,
    [CALL_IRQ_BIND] = call_irq_bind,
    [CALL_IRQ_DONE] = call_irq_done,
    [CALL_PROCESS_MANAGER] = call_process_manager,
    [CALL_PROCESS_GIVE] = call_process_give,
    [CALL_PROCESS_THREAD] = call_process_thread,
    [CALL_PROCESS_VECTOR] = call_process_vector,
    [CALL_PROCESS_PORTS] = call_process_ports,
    [CALL_THREAD_DELETE] = call_thread_delete,
    [CALL_THREAD_START] = call_thread_start,
    [CALL_THREAD_STOP] = call_thread_stop,
    [CALL_THREAD_READ] = call_thread_read,
    [CALL_THREAD_WRITE] = call_thread_write,
    [CALL_THREAD_PRIORITY] = call_thread_priority,
    [CALL_THREAD_SANDBOX] = call_thread_sandbox,
    // END doors
    [CALL_YIELD] = call_yield,
    [CALL_CLOCK] = call_clock,
    // SINCE pm
    [CALL_DOOR_COUNTS] = call_door_counts,
    [CALL_PROCESS_RUN] = call_process_run,
    [CALL_PROCESS_STOP] = call_process_stop,
    [CALL_PROCESS_COUNTS] = call_process_counts,
    [CALL_PROCESS_LIMIT] = call_process_limit,
    [CALL_PROCESS_DESCRIPTOR] = call_process_descriptor,
    [CALL_PROCESS_CALL] = call_process_call,
    [CALL_THREAD_TRACE] = call_thread_sandbox,
    // END pm
    [CALL_THREAD_EXIT] = call_thread_exit,
    [CALL_THREAD_CREATE] = call_thread_create,
    [CALL_CONSOLE_WRITE] = call_console_write,
    [CALL_MACHINE_STOP] = call_machine_stop,
    [CALL_TEST_WRITE] = call_test_write,
    // SINCE paging
    [CALL_PROCESS_CREATE] = call_process_create,
    [CALL_PROCESS_DELETE] = call_process_delete,
    [CALL_PROCESS_START] = call_process_start,
    [CALL_MEMORY_MAP] = call_memory_map,
    [CALL_MEMORY_SHARE] = call_memory_share,
    [CALL_MEMORY_DEVICE] = call_memory_device,
    [CALL_MEMORY_UNMAP] = call_memory_unmap,
    [CALL_MEMORY_PROTECT] = call_memory_protect,
    [CALL_MEMORY_QUERY] = call_memory_query,
    [CALL_MEMORY_SCAN] = call_memory_scan,
    [CALL_FRAMES] = call_frames,
    // END paging
};

/*
 * The call whose arguments lie in the frame of `self`.  Answers with the
 * thread to run; NULL stands for the first in the ready queue.
 */
// SINCE doors
// < struct thread *
// < call(struct thread *self)
static inline struct thread *
kernel_call(struct thread *self)
// END doors
{
    // SOLUTION traps.6
    // | /* TODO traps.6: find the handler; is there one, and is the call for the caller itself? */
    // | (void)self, (void)handlers;
    // | exercise_stop("traps.6");
    uint32_t function = CALL_ARG0(self);

    if (function >= CALL_LIMIT || !handlers[function])
        return call_fail(self, ERR_FUNCTION);
    if (CALL_ARG1(self) != CALL_SELF || function >= CALL_PROCESS_FIRST)
        return call_target(self, handlers[function]);
    return handlers[function](self);
    // END traps.6
}
// SINCE doors

/* A message to a process, or a call on one's way there; it may be any other, too. */
__attribute__((noinline)) struct thread *
message_call(struct thread *self)
{
    uint32_t function = CALL_ARG0(self);

    if (function >= CALL_MANAGER_FIRST)
        return fast_path ? fast_send(self) : message_send(self);
    if (function == CALL_REPLY_RECEIVE && fast_path)
        return fast_reply_receive(self);
    return kernel_call(self);
}

/* As kernel_call(), of any function; those of a sandboxed thread are not its own to call. */
struct thread *
call(struct thread *self)
{
    if (self->sandbox.object != &object_nothing)
        return trap_send(self, self->frame.vector);
    return CALL_ARG0(self) < CALL_MACHINE_END ? kernel_call(self) : message_call(self);
}
// END doors
