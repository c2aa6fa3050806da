/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replies with data: is there room for one in the caller's buffer?
 */
// SINCE doors
// < #include "process.h"
#include "door.h"
// END doors

/* Can a reply of `size` bytes be written to the caller's buffer?  0, or an error. */
uint32_t
call_room(const struct thread *self, uint32_t size)
{
    // SINCE swap
    struct span s;
    uint32_t error;
    // END swap

    if (size > call_total_size(CALL_ARG3(self)))
        return ERR_SIZE;
    // SINCE swap
    // < return user_check(self->process, CALL_ARG2(self), size, true);
    error = user_check(self->process, CALL_ARG2(self), size, true);
    if (error == ERR_ADDRESS && span_find(&s, self->process, CALL_ARG2(self), size, PAGE_WRITABLE) == ERR_ABSENT)
        return ERR_ABSENT; /* its manager holds the right to write back */
    return error;
    // END swap
}

/* Replies with data, for which there is room.  Its first two words are the value and the error. */
struct thread *
call_reply_data(struct thread *self, const uint32_t *words, uint32_t size)
{
    user_write(self->process, CALL_ARG2(self), words, size);
    call_reply(self, words[0], words[1]);
    CALL_ARG3(self) = call_sizes(0, size, 0);
    return self;
}
