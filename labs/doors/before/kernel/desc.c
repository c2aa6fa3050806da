/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors: small numbers by which a process names objects.  A number means
 * nothing outside of its process, so nobody can guess their way to an object.
 * 0 is never used.
 */
#include "process.h"

struct object machine = {CALL_MACHINE_FIRST, CALL_LIMIT - CALL_MACHINE_FIRST};

/* A number that `p` does not use; 0 if it has no more. */
uint32_t
desc_unused(const struct process *p)
{
    for (uint32_t i = 1; i < DESCRIPTORS; i++)
        if (!p->descriptor[i].object)
            return i;
    return 0;
}

/*
 * May `p` send `function` to what its descriptor `number` names?  0 if so;
 * ERR_TARGET if that is nothing, or takes no such function; ERR_RIGHT.
 */
uint32_t
desc_check(const struct process *p, uint32_t number, uint32_t function)
{
    const struct descriptor *d = &p->descriptor[number];
    uint32_t class = function & CALL_CLASS;

    if (number >= DESCRIPTORS || !d->object || function - d->object->first >= d->object->span)
        return ERR_TARGET;
    return class && !(d->rights & 1u << class) ? ERR_RIGHT : 0;
}

/* A call on what a descriptor names: `handle` does it, if the caller may. */
struct thread *
call_target(struct thread *self, handler *handle)
{
    uint32_t error = desc_check(self->process, CALL_ARG1(self), CALL_ARG0(self));

    return error ? call_fail(self, error) : handle(self);
}
