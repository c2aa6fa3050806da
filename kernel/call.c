/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel calls: messages to the microkernel.  abi/call.h has the numbers and
 * the registers.  A call checks everything first; then it changes things and
 * cannot fail any more.
 */
#include "kernel.h"

typedef struct thread *handler(struct thread *self);

/* The four registers that a caller finds when its call is done. */
static struct thread *
reply(struct thread *self, uint32_t value, uint32_t error)
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

static struct thread *
fail(struct thread *self, uint32_t error)
{
    return reply(self, -1, error);
}

/*
 * The data of the message: NULL, and the error in `error`, if it is not all
 * the caller's memory, or if the sizes contradict each other.
 */
static const void *
message(const struct thread *self, uint32_t *size, uint32_t *error)
{
    // SOLUTION traps.6
    // | /* TODO traps.6: nothing that ring 3 says may be believed. */
    // | *size = call_data_size(CALL_ARG3(self));
    // | *error = 0;
    // | return (const void *)CALL_ARG2(self);
    uint32_t sizes = CALL_ARG3(self);

    *size = call_data_size(sizes);
    *error = ERR_SIZE;
    if (*size > call_total_size(sizes) || call_descriptors(sizes) != 0)
        return NULL;
    *error = ERR_ADDRESS;
    if (!space_holds(CALL_ARG2(self), *size, false))
        return NULL;
    return (const void *)CALL_ARG2(self);
    // END traps.6
}

/* The same for a message whose data has one possible size. */
static const void *
message_of(const struct thread *self, uint32_t wanted, uint32_t *error)
{
    uint32_t size;
    const void *data = message(self, &size, error);

    if (data && size != wanted) {
        *error = ERR_SIZE;
        return NULL;
    }
    return data;
}

static struct thread *
call_yield(struct thread *self)
{
    return thread_yield(reply(self, 0, 0));
}

static struct thread *
call_clock(struct thread *self)
{
    return reply(self, timer_milliseconds, 0);
}

static struct thread *
call_thread_exit(struct thread *self)
{
    return thread_end(self);
}

static struct thread *
call_thread_create(struct thread *self)
{
    uint32_t error;
    const struct thread_start *start = message_of(self, sizeof(*start), &error);
    struct thread *created;

    if (!start)
        return fail(self, error);
    created = thread_new(start->entry, start->stack, start->argument);
    if (!created)
        return fail(self, ERR_FULL);
    return reply(self, created->number, 0);
}

static struct thread *
call_machine_stop(struct thread *self)
{
    uint32_t error;
    const uint32_t *status = message_of(self, sizeof(*status), &error);

    if (!status)
        return fail(self, error);
    machine_stop(MACHINE_DONE + (*status & 15));
}

static struct thread *
write_by(void (*write)(const char *text, size_t size), struct thread *self)
{
    uint32_t size, error;
    const char *text = message(self, &size, &error);

    if (!text)
        return fail(self, error);
    write(text, size);
    return reply(self, size, 0);
}

static struct thread *
call_console_write(struct thread *self)
{
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
    [CALL_YIELD] = call_yield,
    [CALL_CLOCK] = call_clock,
    [CALL_THREAD_EXIT] = call_thread_exit,
    [CALL_THREAD_CREATE] = call_thread_create,
    [CALL_MACHINE_STOP] = call_machine_stop,
    [CALL_CONSOLE_WRITE] = call_console_write,
    [CALL_TEST_WRITE] = call_test_write,
};

/*
 * The call whose arguments lie in the frame of `self`.  Answers with the
 * thread to run; NULL stands for the first in the ready queue.
 */
struct thread *
call(struct thread *self)
{
    // SOLUTION traps.6
    // | /* TODO traps.6: find the handler; an unknown function or target is an error. */
    // | (void)self, (void)handlers, (void)fail;
    // | exercise_stop("traps.6");
    uint32_t function = CALL_ARG0(self);

    if (function >= CALL_LIMIT || !handlers[function])
        return fail(self, ERR_FUNCTION);
    if (CALL_ARG1(self) != CALL_SELF)
        return fail(self, ERR_TARGET);
    return handlers[function](self);
    // END traps.6
}
