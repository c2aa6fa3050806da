/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The questions to the policy: see policy.h.  Each looks something up in tables that do not change any more; a number
 * that is none finds a domain that may nothing.
 */
#include "exercise.h"
#include "policy_tables.h"
#include "string.h"
#include "text.h"

struct policy_tables policy;

static const struct policy_domain nobody = {.processes = POLICY_NONE};

static const struct policy_domain *
domain_at(uint32_t domain)
{
    return domain < policy.domains ? &policy.domain[domain] : &nobody;
}

uint32_t
policy_domains(void)
{
    return policy.domains;
}

uint32_t
policy_types(void)
{
    return policy.types;
}

uint32_t
policy_domain(const char *name)
{
    for (uint32_t i = 0; i < policy.domains; i++)
        if (strcmp(policy.domain[i].name, name) == 0)
            return i;
    return POLICY_NONE;
}

uint32_t
policy_type(const char *name)
{
    for (uint32_t i = 0; i < policy.types; i++)
        if (strcmp(policy.type[i], name) == 0)
            return i;
    return POLICY_NONE;
}

const char *
policy_domain_name(uint32_t domain)
{
    return domain_at(domain)->name;
}

const char *
policy_type_name(uint32_t type)
{
    return type < policy.types ? policy.type[type] : "";
}

bool
policy_may(uint32_t domain, enum policy_power power)
{
    // SOLUTION pm.5
    // | /* TODO pm.5 */
    // | exercise_missing("pm.5");
    // | return domain < policy.domains && power < POLICY_POWERS;
    return power < POLICY_POWERS && domain_at(domain)->powers >> power & 1;
    // END pm.5
}

bool
policy_may_enter(uint32_t domain, uint32_t other)
{
    // SOLUTION pm.5
    // | /* TODO pm.5 */
    // | exercise_missing("pm.5");
    // | return domain < policy.domains && other < policy.domains;
    if (other >= policy.domains || !policy_may(domain, POLICY_PROCESSES))
        return false;
    return domain == other || domain_at(domain)->enters >> other & 1;
    // END pm.5
}

/* What is below "/dev/" has a letter behind it at least. */
static bool
fits(const struct policy_pattern *p, const char *name)
{
    // SOLUTION pm.5
    // | /* TODO pm.5 */
    // | (void)p, (void)name;
    // | exercise_missing("pm.5");
    // | return true;
    return strncmp(name, p->text, p->length) == 0 && (name[p->length] != 0) == p->below;
    // END pm.5
}

bool
policy_may_name(uint32_t domain, const char *name)
{
    // SOLUTION pm.5
    // | /* TODO pm.5: has the domain a pattern that fits? */
    // | (void)fits, (void)name;
    // | exercise_missing("pm.5");
    // | return domain < policy.domains;
    for (uint32_t i = 0; i < policy.names; i++)
        if (policy.name[i].of == domain && fits(&policy.name[i], name))
            return true;
    return false;
    // END pm.5
}

/* No two patterns of one length fit the same name: they would be the same pattern. */
uint32_t
policy_type_of(uint32_t domain, const char *name)
{
    // SOLUTION pm.5
    // | /* TODO pm.5: for now all doors are of the first type. */
    // | (void)name;
    // | exercise_missing("pm.5");
    // | return domain < policy.domains && policy.types > 0 ? 0 : POLICY_NONE;
    const struct policy_pattern *longest = NULL;

    if (domain >= policy.domains)
        return POLICY_NONE;
    for (uint32_t i = 0; i < policy.kinds; i++)
        if (fits(&policy.kind[i], name) && (!longest || policy.kind[i].length > longest->length))
            longest = &policy.kind[i];
    return longest ? longest->of : policy.domain[domain].made;
    // END pm.5
}

uint32_t
policy_process_type(uint32_t domain)
{
    return domain_at(domain)->processes;
}

uint32_t
policy_rights(uint32_t domain, uint32_t type)
{
    // SOLUTION pm.5
    // | /* TODO pm.5 */
    // | exercise_missing("pm.5");
    // | return domain < policy.domains && type < policy.types ? RIGHTS_ALL : 0;
    return type < policy.types ? domain_at(domain)->rights[type] : 0;
    // END pm.5
}

bool
policy_may_irq(uint32_t domain, uint32_t irq)
{
    return irq < 16 && domain_at(domain)->irqs >> irq & 1;
}

/* The range in the table does not wrap.  What begins below it wraps here, to far above its end. */
static bool
inside(const struct policy_range *r, uint32_t first, uint32_t count)
{
    // SOLUTION pm.5
    // | /* TODO pm.5 */
    // | (void)r, (void)first, (void)count;
    // | exercise_missing("pm.5");
    // | return true;
    return first - r->first < r->count && count <= r->count - (first - r->first);
    // END pm.5
}

static bool
may_range(uint32_t domain, enum policy_hardware kind, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < policy.ranges && count > 0; i++)
        if (policy.range[i].domain == domain && policy.range[i].kind == kind && inside(&policy.range[i], first, count))
            return true;
    return false;
}

bool
policy_may_ports(uint32_t domain, uint32_t first, uint32_t count)
{
    return may_range(domain, POLICY_PORT_RANGE, first, count);
}

bool
policy_may_device(uint32_t domain, uint32_t physical, uint32_t pages)
{
    return physical % POLICY_PAGE == 0 && may_range(domain, POLICY_DEVICE_RANGE, physical / POLICY_PAGE, pages);
}

const struct policy_limits *
policy_limits(uint32_t domain)
{
    return &domain_at(domain)->limits;
}
