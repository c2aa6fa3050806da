/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of processes, and what capabilities of them look like.
 *
 * A capability is a descriptor of the manager's own door.  Its cookie says what it is for: the place in
 * the table, and how often that has been used before.  So one that outlives its process is found out.
 */
// SINCE swap
// < #include "pm.h"
#include "vm.h"
// END swap

#include "memory.h"
#include "string.h"

#define INDEX_BITS      11
// SINCE swap
// < #define GENERATION_BITS 19
#define GENERATION_BITS 18
// END swap
#define GENERATIONS     (1u << GENERATION_BITS)

_Static_assert(PROCESSES <= 1u << INDEX_BITS, "the cookie holds every place");

static struct {
    struct process *process;
    uint32_t generation;
} table[PROCESSES];

// SINCE swap
// < static uint32_t process_newest;
uint32_t process_newest;
// END swap
uint32_t process_count;
struct process *process_init;

uint32_t
cookie_of(const struct process *p, uint32_t kind)
{
    return kind << (INDEX_BITS + GENERATION_BITS) | p->generation << INDEX_BITS | p->index;
}

uint32_t
cookie_kind(uint32_t cookie)
{
    return cookie >> (INDEX_BITS + GENERATION_BITS);
}

struct process *
process_of(uint32_t cookie)
{
    uint32_t index = cookie & ((1u << INDEX_BITS) - 1), generation = cookie >> INDEX_BITS & (GENERATIONS - 1);

    if (index >= PROCESSES || !table[index].process || table[index].generation != generation)
        return NULL;
    return table[index].process;
}

/* A descriptor of the manager's, to be given away. 0 if memory is short. */
uint32_t
capability(const struct process *p, uint32_t kind, uint32_t rights)
{
    struct result r = descriptor_duplicate(manager_door, rights, cookie_of(p, kind));

    return r.error ? 0 : r.value;
}

static uint32_t
free_index(void)
{
    static uint32_t next;

    for (uint32_t n = 0; n < PROCESSES; n++) {
        uint32_t i = (next + n) % PROCESSES;

        if (!table[i].process && table[i].generation < GENERATIONS) {
            next = i + 1;
            return i;
        }
    }
    return PROCESSES;
}

/* The kernel's half of it: an empty process whose manager we are. */
static uint32_t
create(struct process *p)
{
    struct process_limits bounds = bounds_of_kernel(p->domain);
    struct result made = process_create(), thread, r;

    if (made.error)
        return made.error;
    thread = process_thread(made.value);
    r = thread;
    if (!r.error)
        r = process_manager(made.value, manager_door, RIGHTS, cookie_of(p, COOKIE_SELF));
    if (!r.error)
        r = process_limit(made.value, bounds.threads, bounds.descriptors, bounds.console);
    p->descriptor = made.value;
    p->thread = thread.value;
    if (!r.error)
        return 0;
    if (!thread.error)
        descriptor_close(thread.value);
    process_delete(made.value);
    return r.error;
}

/* An empty process, a child of `parent`; NULL, and the error, if there is no room for one. */
struct process *
process_new(struct process *parent, uint32_t domain, const char *name, uint32_t *error)
{
    uint32_t index = free_index();
    struct process *p = index < PROCESSES ? calloc(1, sizeof(*p)) : NULL;

    *error = index < PROCESSES ? ERR_MEMORY : ERR_LIMIT;
    if (!p)
        return NULL;
    *p = (struct process){.number = process_newest + 1, .index = index, .generation = table[index].generation,
                          .domain = domain, .parent = parent};
    strlcpy(p->name, name, sizeof(p->name));
    // SINCE swap
    // < *error = create(p);
    *error = object_private(p) ? create(p) : ERR_MEMORY;
    // END swap
    if (*error) {
        // SINCE swap
        private_forget(p);
        // END swap
        free(p);
        return NULL;
    }
    process_newest++;
    process_count++;
    table[index].process = p;
    if (parent) {
        p->sibling = parent->child;
        parent->child = p;
        parent->children++;
    }
    return p;
}

static void
leave_parent(struct process *p)
{
    struct process **at = &p->parent->child;

    while (*at != p)
        at = &(*at)->sibling;
    *at = p->sibling;
    p->parent->children--;
    p->parent->inherited -= p->adopted;
    if (!p->parent->child)
        waiters_refuse(&p->parent->waiting_any, ERR_NOT_FOUND);
}

/* It has ended, and nobody will ask: its capabilities are stale from now on. */
void
process_forget(struct process *p)
{
    if (p->parent)
        leave_parent(p);
    if (p == process_init)
        process_init = NULL;
    table[p->index].process = NULL;
    table[p->index].generation++; /* up to the end: then the place is used no more */
    process_count--;
    free(p);
}

/* The one with this number, or with the next above; NULL behind the last. */
struct process *
process_next(uint32_t number)
{
    struct process *found = NULL;

    for (uint32_t i = 0; i < PROCESSES; i++) {
        struct process *p = table[i].process;

        if (p && p->number >= number && (!found || p->number < found->number))
            found = p;
    }
    return found;
}

void
process_view(const struct process *p, struct process_view *view)
{
    struct process_counts counts = {0};

    if (p->descriptor)
        process_counts(p->descriptor, &counts);
    *view = (struct process_view){
        .number = p->number,
        .parent = p->parent ? p->parent->number : 0,
        .state = p->state,
        .end = p->end,
        .status = p->status,
        .pages = p->pages,
        .pages_max = policy_limits(p->domain)->pages,
        .children = p->children,
        .names = p->names,
        .threads = counts.threads,
        .fault = p->fault,
    };
    strlcpy(view->domain, policy_domain_name(p->domain), sizeof(view->domain));
    strlcpy(view->name, p->name, sizeof(view->name));
}
