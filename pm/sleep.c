/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls and faults that wait for a page, or for memory.  When that has come they are let go, and made again: so
 * nothing of what they found before has to be true still.
 */
#include "vm.h"

#include "memory.h"

static uint32_t
sleep_on(struct sleeper **list, struct request *r, struct sleeper s)
{
    struct sleeper *new = malloc(sizeof(*new));
    struct result parked = {0, ERR_MEMORY};

    if (new)
        parked = park(r->m.cookie);
    if (parked.error) {
        free(new);
        return ERR_LIMIT;
    }
    s.reply = parked.value;
    s.next = *list;
    *new = s;
    *list = new;
    return NO_REPLY;
}

/* ERR_LIMIT, or NO_REPLY. */
uint32_t
sleep_fault(struct sleeper **list, struct request *r, const struct fault_message *message)
{
    return sleep_on(list, r, (struct sleeper){.process = r->m.cookie, .fault = true, .message = *message});
}

/* Its sender gets ERR_AGAIN, when the time has come. */
uint32_t
sleep_call(struct sleeper **list, struct request *r)
{
    return sleep_on(list, r, (struct sleeper){.process = r->m.cookie});
}

static struct sleeper
pop(struct sleeper **list)
{
    struct sleeper *first = *list, s = *first;

    *list = first->next;
    free(first);
    return s;
}

/* A fault is answered by nothing: the instruction, or the call, is made once more. */
static void
go(const struct sleeper *s)
{
    uint32_t error = s->fault ? answer(s->reply, NULL, call_sizes(0, 0, 0)).error : answer_error(s->reply, ERR_AGAIN).error;

    if (error)
        descriptor_close(s->reply);
}

void
sleep_wake(struct sleeper **list)
{
    while (*list) {
        struct sleeper s = pop(list);

        go(&s);
    }
}

/* What they wait for does not come: a process that touched it ends, so; who called gets the error. */
void
sleep_fail(struct sleeper **list, uint32_t end, uint32_t error)
{
    while (*list) {
        struct sleeper s = pop(list);
        struct process *p = process_of(s.process);

        if (s.fault && p)
            life_fault(p, &s.message, end, error);
        if (answer_error(s.reply, error).error)
            descriptor_close(s.reply);
    }
}
