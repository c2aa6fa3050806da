/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the policy says, as policy_read.c leaves it for the questions in policy.c.
 */
#pragma once

#include "abi/pm.h"
#include "policy.h"

#define POLICY_PAGE 4096u

/* A name, or all names that begin with a text that ends in a slash. */
struct policy_pattern {
    uint32_t of; /* the domain that may give such names, or the type that doors with them have */
    bool below;
    uint32_t length; /* of the text */
    char text[PM_NAME_MAX];
};

struct policy_range {
    uint32_t domain;
    enum policy_hardware { POLICY_PORT_RANGE, POLICY_DEVICE_RANGE } kind;
    uint32_t first, count; /* ports, or pages of physical memory */
};

struct policy_domain {
    char name[DOMAIN_MAX];
    uint32_t line;      /* that has defined it */
    uint32_t powers;    /* a bit each */
    uint32_t enters;    /* domains, a bit each */
    uint32_t irqs;      /* a bit each */
    uint32_t made;      /* type of its doors, or POLICY_NONE */
    uint32_t processes; /* type of its processes, or POLICY_NONE */
    uint32_t limited;   /* which limits have been said, a bit each */
    struct policy_limits limits;
    uint8_t rights[POLICY_TYPES];
};

struct policy_tables {
    uint32_t domains, types, names, kinds, ranges; /* how much there is of what follows */
    struct policy_domain domain[POLICY_DOMAINS];
    char type[POLICY_TYPES][DOMAIN_MAX];
    struct policy_pattern name[POLICY_PATTERNS], kind[POLICY_PATTERNS];
    struct policy_range range[POLICY_RANGES];
};

extern struct policy_tables policy;

/* One statement enters the tables; words: at least one.  What is wrong with it, or NULL. */
const char *policy_say(uint32_t line, char *const *word, uint32_t words);

bool policy_is_number(const char *word, uint32_t *value);
bool policy_is_title(const char *word);
bool policy_is_pattern(const char *word, struct policy_pattern *pattern); /* fills in all but `of` */

_Static_assert(RIGHTS_ALL <= UINT8_MAX, "rights fit into a byte");
_Static_assert(POLICY_DOMAINS <= 32 && POLICY_POWERS <= 32, "a bit each");
