/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The policy: which domain may do what.  A text, in the language of docs/policy.md, is read once, at boot, into tables
 * of fixed size; then there are only questions.  What the text does not allow is not allowed.
 *
 * Domains and types are numbers from 0 up, in the order of the text.  A number that is none, POLICY_NONE too, may
 * nothing, and has no rights and no name ("").
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define POLICY_NONE 0xffffffffu

/* How much there can be. */
#define POLICY_DOMAINS  32
#define POLICY_TYPES    64
#define POLICY_PATTERNS 128 /* of names that domains may give; and as many of names that have types */
#define POLICY_RANGES   128 /* of ports and device memory, together */
#define POLICY_LINE     160 /* bytes in a line, without its end */

struct policy_error {
    uint32_t line; /* the first is 1; 0: none */
    const char *what;
};

/* false: the text is wrong, and nothing is allowed to anybody. */
bool policy_read(const char *text, uint32_t size, struct policy_error *error);

uint32_t policy_domains(void);
uint32_t policy_types(void);
uint32_t policy_domain(const char *name); /* its number, or POLICY_NONE */
uint32_t policy_type(const char *name);
const char *policy_domain_name(uint32_t domain);
const char *policy_type_name(uint32_t type);

enum policy_power {
    POLICY_DOORS,     /* create doors */
    POLICY_SYSTEM,    /* system doors, too */
    POLICY_PROCESSES, /* create processes */
    POLICY_HALT,
    POLICY_REPORT,
    POLICY_ARCHIVE,
    POLICY_CONSOLE,
    POLICY_PRIORITY,
    // SINCE swap
    POLICY_PAGER,     /* serve pages of files */
    POLICY_DMA,       /* know where in the machine's memory pages are */
    POLICY_SWAP,      /* say where memory goes that is short */
    // END swap
    POLICY_POWERS
};

bool policy_may(uint32_t domain, enum policy_power power);

/* Create processes there: who may create any may create them in its own domain. */
bool policy_may_enter(uint32_t domain, uint32_t other);

/* Give a door this name. */
bool policy_may_name(uint32_t domain, const char *name);

/*
 * The type of a new door that this domain makes with this name, "" for none: that of the longest pattern that the
 * name fits, else that of all doors of the domain, else POLICY_NONE.
 */
uint32_t policy_type_of(uint32_t domain, const char *name);

/* The type that processes of the domain have as objects; POLICY_NONE. */
uint32_t policy_process_type(uint32_t domain);

/* RIGHT_... of abi/process.h and abi/door.h; 0: no access. */
uint32_t policy_rights(uint32_t domain, uint32_t type);

/* A range has to lie in one that the policy names, whole; an empty one does not. */
bool policy_may_irq(uint32_t domain, uint32_t irq);
bool policy_may_ports(uint32_t domain, uint32_t first, uint32_t count);
bool policy_may_device(uint32_t domain, uint32_t physical, uint32_t pages);

/* Of one process. */
struct policy_limits {
    uint32_t processes; /* children */
    uint32_t pages, names, threads, descriptors;
};

const struct policy_limits *policy_limits(uint32_t domain); /* never NULL */
