/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Doors are made here, and found here: who may do so, and what rights come with it, the policy says.
 */
#include "pm.h"

static bool
is_dead(const struct name *name)
{
    struct door_counts counts;

    return door_counts(name->door, &counts).error || counts.dead;
}

/* Names whose doors have died since, which nobody tells us, are free again. */
static void
sweep(void)
{
    for (uint32_t i = name_count; i-- > 0;)
        if (is_dead(name_at(i)))
            name_remove(name_at(i));
}

/* May a process of this domain make such a door?  In this order. */
static uint32_t
may_make(const struct process *p, bool system, const char *name, uint32_t length, uint32_t *type)
{
    // SOLUTION pm.6
    // | /* TODO pm.6: what about the policy?  In the order that abi/pm.h tells. */
    // | uint32_t error = length > 0 ? name_check(name, length) : 0;
    // |
    // | (void)system;
    // | exercise_missing("pm.6");
    // | *type = 0;
    // | return error || length == 0 ? error : name_may_be(name, p);
    uint32_t error = 0;

    if (!policy_may(p->domain, POLICY_DOORS))
        return ERR_NO_DOORS;
    if (system && !policy_may(p->domain, POLICY_SYSTEM))
        return ERR_NO_SYSTEM;
    if (length > 0)
        error = name_check(name, length);
    if (!error && length > 0 && !policy_may_name(p->domain, name))
        error = ERR_NO_NAME;
    if (!error && length > 0)
        error = name_may_be(name, p);
    if (error)
        return error;
    *type = policy_type_of(p->domain, length > 0 ? name : "");
    if (*type == POLICY_NONE)
        return ERR_NO_TYPE;
    return length > 0 ? bound_name(p) : 0;
    // END pm.6
}

/* The manager's own reference to the door `owner`, with the name.  0, or an error. */
static uint32_t
give_name(struct process *p, uint32_t owner, const char *name, uint32_t type, bool system, uint32_t flags)
{
    struct result own = descriptor_duplicate(owner, RIGHTS_ALL, 0);

    if (own.error)
        return own.error;
    if (name_add(name, own.value, type, system, flags, p))
        return 0;
    descriptor_close(own.value);
    return ERR_MEMORY;
}

uint32_t
pm_door(struct request *r)
{
    uint32_t system = get_u32(&r->in), cookie = get_u32(&r->in), flags = get_u32(&r->in), length, type, error;
    struct process *p = r->process;
    char name[PM_NAME_MAX];
    struct result door;

    length = request_text(r, name, sizeof(name));
    error = request_end(r);
    if (!error && (system > 1 || flags & ~(uint32_t)DOOR_OPEN))
        error = ERR_MESSAGE;
    if (!error && length > 0)
        sweep();
    if (!error)
        error = may_make(p, system, name, length, &type);
    if (error)
        return error;
    door = door_create(CALL_MACHINE, system, cookie);
    if (door.error)
        return ERR_LIMIT;
    if (length > 0 && give_name(p, door.value, name, type, system, flags)) {
        descriptor_close(door.value);
        return ERR_LIMIT;
    }
    reply_give(r, door.value, RIGHTS_ALL);
    return 0;
}

static struct name *
resolve(const char *path, uint32_t *rest)
{
    struct name *found = name_resolve(path, rest);

    while (found && is_dead(found)) {
        name_remove(found);
        found = name_resolve(path, rest);
    }
    return found;
}

uint32_t
pm_resolve(struct request *r)
{
    char path[256];
    uint32_t length = request_text(r, path, sizeof(path)), error = request_end(r), rest, rights;
    const struct name *found;

    if (error)
        return error;
    if (length >= sizeof(path) || strlen(path) != length)
        return length >= sizeof(path) ? ERR_NAME_LONG : ERR_NAME_END;
    found = resolve(path, &rest);
    if (!found)
        return ERR_NOT_FOUND;
    // SOLUTION pm.6
    // | /* TODO pm.6: which rights does the policy give? */
    // | exercise_missing("pm.6");
    // | rights = RIGHTS_ALL;
    rights = policy_rights(r->process->domain, found->type);
    if (!rights)
        return ERR_NO_ACCESS;
    // END pm.6
    reply_with(r, rest);
    put_descriptor(&r->out, found->door, rights, false);
    return 0;
}

uint32_t
pm_remove(struct request *r)
{
    char text[PM_NAME_MAX];
    uint32_t length = request_text(r, text, sizeof(text)), error = request_end(r);
    struct name *name;

    if (!error)
        error = name_check(text, length);
    if (error)
        return error;
    name = name_find(text);
    if (!name)
        return ERR_NOT_FOUND;
    // SOLUTION pm.6
    // | /* TODO pm.6: whose is it? */
    // | exercise_missing("pm.6");
    if (name->owner != r->process)
        return ERR_NO_NAME;
    // END pm.6
    name_remove(name);
    reply_with(r, 0);
    return 0;
}

uint32_t
pm_list(struct request *r)
{
    uint32_t index = get_u32(&r->in), error = request_end(r);
    const struct name *name = name_at(index);
    struct door_counts counts = {0};
    struct name_view view;

    if (error || !name)
        return error ? error : ERR_NOT_FOUND;
    door_counts(name->door, &counts);
    view = (struct name_view){.owner = name->owner->number, .system = name->system,
                              .waiting = counts.waiting, .served = counts.served};
    memcpy(view.type, policy_type_name(name->type), strlen(policy_type_name(name->type)));
    memcpy(view.name, name->text, strlen(name->text));
    reply_view(r, &view, sizeof(view));
    return 0;
}

uint32_t
pm_allows(struct request *r)
{
    char domain[DOMAIN_MAX], type[DOMAIN_MAX];
    uint32_t error, d, t;

    get_text(&r->in, domain, sizeof(domain));
    get_text(&r->in, type, sizeof(type));
    error = request_end(r);
    d = policy_domain(domain);
    t = policy_type(type);
    if (!error && (d == POLICY_NONE || t == POLICY_NONE))
        error = ERR_NOT_FOUND;
    if (error)
        return error;
    reply_with(r, policy_rights(d, t));
    return 0;
}
