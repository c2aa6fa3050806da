/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bounds: how much a process may have is in the policy (`limit`).  Each question is asked before anything has been
 * changed; 0, or ERR_LIMIT.
 */
// SINCE swap
// < #include "pm.h"
#include "vm.h"
// END swap

#define FRAMES_KEPT 64 /* for those whom others need: so a system that is full of programs goes on */
#define PLACES_KEPT 32 /* of the table of processes, for the first one, which starts servers again */

/* Free frames of the machine, about. */
uint32_t
frames_left(void)
{
    // SINCE swap
    // < return frames_free();
    return memory_left();
    // END swap
}

/* Is it the first process, or one of those that may give doors a name? */
static bool
serves(const struct process *p)
{
    return p == process_init || policy_limits(p->domain)->names > 0;
}

// SINCE swap
bool
bound_serves(const struct process *p)
{
    return p && serves(p);
}

// END swap
/* A page more that is there.  What is only mapped costs nothing yet. */
uint32_t
bound_page(const struct process *p)
{
    // SOLUTION pm.8
    // | /* TODO pm.8 */
    // | (void)p, (void)serves;
    // | exercise_missing("pm.8");
    // | return 0;
    if (p->pages >= policy_limits(p->domain)->pages)
        return ERR_LIMIT;
    return serves(p) || frames_left() > FRAMES_KEPT ? 0 : ERR_LIMIT;
    // END pm.8
}

/* A region more: each takes memory of the manager's own. */
uint32_t
bound_region(const struct process *p)
{
    // SOLUTION pm.8
    // | /* TODO pm.8 */
    // | (void)p;
    // | exercise_missing("pm.8");
    // | return 0;
    return p->region_count < REGIONS_MAX ? 0 : ERR_LIMIT;
    // END pm.8
}

uint32_t
bound_name(const struct process *p)
{
    // SOLUTION pm.8
    // | /* TODO pm.8 */
    // | (void)p;
    // | exercise_missing("pm.8");
    // | return 0;
    return p->names < policy_limits(p->domain)->names ? 0 : ERR_LIMIT;
    // END pm.8
}

/* A child more. */
uint32_t
bound_child(const struct process *p)
{
    // SOLUTION pm.8
    // | /* TODO pm.8 */
    // | (void)p;
    // | exercise_missing("pm.8");
    // | return 0;
    if (p->children - p->inherited >= policy_limits(p->domain)->processes)
        return ERR_LIMIT;
    return p == process_init || process_count < PROCESSES - PLACES_KEPT ? 0 : ERR_LIMIT;
    // END pm.8
}

/* What the kernel itself has to watch over, in processes of this domain: abi/door.h, CALL_PROCESS_LIMIT. */
struct process_limits
bounds_of_kernel(uint32_t domain)
{
    struct process_limits bounds = {.console = policy_may(domain, POLICY_CONSOLE)};

    // SOLUTION pm.8
    // | /* TODO pm.8 */
    // | exercise_missing("pm.8");
    bounds.threads = policy_limits(domain)->threads;
    bounds.descriptors = policy_limits(domain)->descriptors;
    // END pm.8
    return bounds;
}
