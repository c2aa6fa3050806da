/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replies: at once by the thread that received the message, or later through a
 * descriptor of the reply.  Each message gets one reply at the most: what may
 * reply, thread->serving or a descriptor, is taken back with it.
 *
 * A server never waits for its caller's memory.  Should the page that the reply goes
 * to be absent, the reply is set aside in a frame, and its caller fetches it.
 */
#include "door.h"

struct thread thread_gone;
struct object object_gone = {.kind = OBJECT_REPLY, .references = 1};

/* What its caller finds in the registers; see the table in abi/door.h. */
static void
set_reply(struct thread *caller, uint32_t value, uint32_t error, uint32_t sizes)
{
    CALL_ARG0(caller) = value;
    CALL_ARG1(caller) = error;
    CALL_ARG2(caller) = 0;
    CALL_ARG3(caller) = sizes;
}

/* The same, with the first words of the data. */
static void
mirror(struct thread *caller, struct span reply, uint32_t sizes)
{
    uint32_t words[2] = {0, 0}, size = call_data_size(sizes);

    span_copy((struct span){.at = (char *)words, .size = sizeof(words)}, reply, size < 8 ? size & 4 : 8);
    set_reply(caller, words[0], words[1], call_sizes(0, size, call_descriptors(sizes)));
}

/* A frame in which the reply waits: reply_fetch(). */
static uint32_t
set_aside(struct thread *caller, struct span *to)
{
    paddr_t frame = frame_new();

    if (!frame)
        return ERR_MEMORY;
    *to = (struct span){.at = direct(frame), .size = PAGE_SIZE};
    caller->aside = frame;
    caller->buffer = CALL_ARG2(caller);
    caller->again = CALL_AGAIN;
    return 0;
}

/*
 * Copies the reply in the buffer of `self` to `caller`.  0; or an error of the server's,
 * and nothing has changed.  If the caller's own buffer is no good, its call fails.
 */
static uint32_t
move(struct thread *self, struct thread *caller)
{
    // SOLUTION doors.3
    // | /* TODO doors.3: what the caller's buffer lacks is not the server's business, but set_aside(). */
    // | (void)self, (void)caller, (void)set_aside, (void)mirror;
    // | exercise_missing("doors.3");
    // | return ERR_BIG;
    uint32_t sizes = CALL_ARG3(self), size = message_size(sizes), error, failed;
    struct span from, to;

    if (caller->trap.function)
        return trap_resume(self, caller);
    if (size > call_total_size(CALL_ARG3(caller)))
        return ERR_BIG;
    if (size == 0) {
        set_reply(caller, 0, 0, 0);
        return 0;
    }
    error = message_find(&from, self, size, SPAN_READ);
    if (!error && call_descriptors(sizes))
        error = transfer_check(self->process, from, caller->process, sizes);
    if (error)
        return error;
    failed = span_find(&to, caller->process, CALL_ARG2(caller), size, SPAN_WRITE);
    if (failed == ERR_ABSENT)
        failed = set_aside(caller, &to);
    if (failed) {
        call_fail(caller, failed);
        return 0;
    }
    span_copy(to, from, call_data_size(sizes));
    if (call_descriptors(sizes)) {
        transfer_do(self->process, caller->process, call_descriptors(sizes));
        transfer_write(to, sizes);
    }
    mirror(caller, from, sizes);
    return 0;
    // END doors.3
}

/* The message that `self` has to reply to; or NULL, and the error. */
static struct thread *
served(struct thread *self, uint32_t *error)
{
    struct thread *caller = self->serving;

    *error = !caller ? ERR_STATE : caller == &thread_gone ? ERR_GONE : 0;
    return *error ? NULL : caller;
}

/* `caller`, whose registers hold the reply, waits for nobody any more.  It has to be woken. */
static void
release(struct thread *caller)
{
    list_remove(&caller->link);
    caller->server = NULL;
    caller->trap.function = 0;
    via_done(caller);
}

/* The reply has been given: `self` owes none, and the sender's descriptor has the new cookie. */
static void
replied(struct thread *self, struct thread *caller, uint32_t cookie)
{
    // SOLUTION doors.3
    // | /* TODO doors.3: the sender may have closed its descriptor meanwhile. */
    // | (void)cookie;
    // | exercise_missing("doors.3");
    // | release(caller), self->serving = NULL;
    if (caller->via->object != &object_nothing)
        caller->via->cookie = cookie;
    self->serving = NULL;
    self->priority = self->base;
    release(caller);
    // END doors.3
}

// SINCE swap
static inline uint32_t
give(struct thread *self, struct thread *caller)
{
    return caller->trap.function && is_page_reply(self, caller) ? page_reply(self, caller) : move(self, caller);
}

// END swap
/* Replies with the buffer of `self`.  0, or an error, and nothing has changed. */
static uint32_t
reply(struct thread *self, struct thread *caller)
{
    // SINCE swap
    // < uint32_t error = move(self, caller);
    uint32_t error = give(self, caller);
    // END swap

    if (!error)
        replied(self, caller, CALL_ARG1(self));
    return error;
}

/* Replies with the error number in CALL_ARG1. */
static uint32_t
reply_error(struct thread *self, struct thread *caller)
{
    uint32_t error = CALL_ARG1(self);

    if (error - 1 >= ERR_FIRST - 1)
        return ERR_FLAGS;
    if (caller->trap.function)
        trap_refuse(caller);
    else
        set_reply(caller, -1, error, 0);
    replied(self, caller, caller->via->cookie);
    return 0;
}

/* A page of the server's own is absent, or it did something wrong. */
static struct thread *
not_replied(struct thread *self, uint32_t error)
{
    call_undone(self, error);
    return NULL;
}

static struct thread *
and_go_on(struct thread *self, uint32_t (*act)(struct thread *, struct thread *))
{
    uint32_t error;
    struct thread *caller = served(self, &error);

    if (!caller) {
        self->serving = NULL;
        self->priority = self->base;
        return thread_preempt(call_fail(self, error));
    }
    if ((error = act(self, caller)))
        return not_replied(self, error);
    thread_wake(caller);
    return thread_preempt(call_reply(self, 0, 0));
}

struct thread *
call_reply_message(struct thread *self)
{
    return and_go_on(self, reply);
}

struct thread *
call_reply_error(struct thread *self)
{
    return and_go_on(self, reply_error);
}

/*
 * Replies, then receives.  Once the reply is given the call is a CALL_RECEIVE: so it stays
 * one if it has to be made again.  A sender that has ended is nothing to stop for.
 */
static struct thread *
and_receive(struct thread *self, uint32_t (*act)(struct thread *, struct thread *))
{
    // SOLUTION doors.3
    // | /* TODO doors.3: once the reply is given, this call has become a CALL_RECEIVE. */
    // | (void)act;
    // | exercise_missing("doors.3");
    // | return call_fail(self, ERR_STATE);
    uint32_t error;
    struct thread *caller = served(self, &error), *next;
    struct door *door;

    if (error == ERR_STATE)
        return call_fail(self, error);
    if (caller && (error = act(self, caller)))
        return not_replied(self, error);
    self->serving = NULL;
    self->priority = self->base;
    CALL_ARG0(self) = CALL_RECEIVE;
    CALL_ARG1(self) = self->receives;
    CALL_ARG3(self) &= ~RECEIVE_LIMIT;
    door = door_owned(self->process, self->receives, &error);
    if (!door)
        next = call_fail(self, error);
    else
        next = list_empty(&door->events) ? message_receive(self, door, 0) : event_take(self, door);
    if (caller && !next)
        return caller;
    if (caller)
        thread_wake(caller);
    return thread_preempt(next);
    // END doors.3
}

// SINCE swap
/* On the general path. */
struct thread *
reply_receive(struct thread *self)
{
    return and_receive(self, reply);
}

// END swap
struct thread *
call_reply_receive(struct thread *self)
{
    // SINCE swap
    // < return and_receive(self, reply);
    return fast_path ? page_reply_receive(self) : reply_receive(self);
    // END swap
}

struct thread *
call_reply_error_receive(struct thread *self)
{
    return and_receive(self, reply_error);
}

/* The message is replied to through a descriptor: it goes where that goes. */
struct thread *
call_park(struct thread *self)
{
    // SOLUTION doors.5
    // | /* TODO doors.5: as a reply it takes the message from the thread, but the caller still waits. */
    // | exercise_missing("doors.5");
    // | return call_fail(self, ERR_MEMORY);
    uint32_t error, number;
    struct thread *caller = served(self, &error);

    if (!caller)
        return call_fail(self, error);
    number = desc_new(self->process, &caller->reply, RIGHT_MOVE, 0);
    if (!number)
        return call_fail(self, ERR_MEMORY);
    caller->via->cookie = CALL_ARG1(self);
    caller->server = NULL;
    caller->parked = desc_find(self->process, number);
    self->serving = NULL;
    self->priority = self->base;
    return thread_preempt(call_reply(self, number, 0));
    // END doors.5
}

/* `caller` waits for nobody any more, and who has the descriptor of its reply finds it so. */
void
reply_gone(struct thread *caller)
{
    caller->parked->object = &object_gone;
    caller->reply.references = 0;
    object_gone.references++;
    caller->parked = NULL;
}

/* The descriptor of its reply has been closed. */
void
reply_dropped(struct thread *caller)
{
    // SOLUTION doors.5
    // | /* TODO doors.5 */
    // | (void)caller;
    caller->parked = NULL;
    call_fails(caller, ERR_DEAD);
    // END doors.5
}

/* The caller of whom `self` names the reply; or NULL, and the error. */
static struct thread *
parked(struct thread *self, uint32_t *error)
{
    struct object *object = desc_find(self->process, CALL_ARG1(self))->object;

    *error = object->kind != OBJECT_REPLY ? ERR_TARGET : object == &object_gone ? ERR_GONE : 0;
    if (*error == ERR_GONE)
        desc_close(self->process, CALL_ARG1(self));
    return *error ? NULL : LIST_ENTRY(object, struct thread, reply);
}

/* The reply descriptor is used up. */
static struct thread *
answered(struct thread *self, struct thread *caller)
{
    caller->parked->object = &object_nothing;
    caller->parked = NULL;
    caller->reply.references = 0;
    desc_free(self->process, CALL_ARG1(self));
    release(caller);
    thread_wake(caller);
    return thread_preempt(call_reply(self, 0, 0));
}

struct thread *
call_answer(struct thread *self)
{
    uint32_t error;
    struct thread *caller = parked(self, &error);

    if (!caller)
        return call_fail(self, error);
    caller->parked->rights |= DESCRIPTOR_MARK; /* about to be used up, it cannot be in the reply */
    // SINCE swap
    // < error = move(self, caller);
    error = give(self, caller);
    // END swap
    caller->parked->rights &= ~DESCRIPTOR_MARK;
    return error ? not_replied(self, error) : answered(self, caller);
}

struct thread *
call_answer_error(struct thread *self)
{
    uint32_t number, error;
    struct thread *caller = parked(self, &error);

    if (!caller)
        return call_fail(self, error);
    error = call_data(self, &number, sizeof(number));
    if (!error && number - 1 >= ERR_FIRST - 1)
        error = ERR_FLAGS;
    if (error)
        return call_fail(self, error);
    if (caller->trap.function)
        trap_refuse(caller);
    else
        set_reply(caller, -1, number, 0);
    return answered(self, caller);
}

/* `self` fetches the reply that was set aside, into the page that is there by now. */
struct thread *
reply_fetch(struct thread *self)
{
    uint32_t size = message_size(CALL_ARG3(self)), error;
    struct span to, from = {.at = direct(self->aside), .size = PAGE_SIZE};

    error = span_find(&to, self->process, self->buffer, size, SPAN_WRITE);
    if (error == ERR_ABSENT && fault_absent(self, to.absent, true))
        return NULL;
    if (!error)
        span_copy(to, from, size);
    frame_release(self->aside);
    self->aside = 0;
    return error ? call_fail(self, error) : self;
}
