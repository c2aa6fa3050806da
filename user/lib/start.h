/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting programs that have doors and descriptors from their first instruction on.  For
 * who has the machine: the root process.
 */
#pragma once

#include "door.h"
#include "load.h"

/* The name of its file, without folders before it; arguments may be behind it. */
const char *module_file(const struct boot_module *module);

/* The boot module of that name, without ".elf" behind it; NULL if there is none. */
const struct boot_module *module_find(const struct boot_info *info, const char *name);

/* A new door: the owner's descriptor, to be given to who serves there, and an ordinary one. */
struct pair {
    uint32_t owner, client;
};
struct pair door_pair(void);

/* What a process is to have: see descriptor_word(). */
static inline uint32_t
give_away(uint32_t descriptor)
{
    return descriptor_word(descriptor, RIGHTS_ALL, DESCRIPTOR_MOVE);
}

static inline uint32_t
give_copy(uint32_t descriptor, uint32_t rights)
{
    return descriptor_word(descriptor, rights, 0);
}

#define START_GIVE 4

struct start {
    const struct boot_module *module;
    const struct boot_info *info;
    uint32_t manager, cookie;  /* the door that its faults and its end go to, and with what cookie; 0 for none */
    uint32_t priority;         /* of its first thread; 0 for the usual one */
    uint32_t first_port, ports;
    uint32_t give[START_GIVE]; /* up to the first 0: they become its descriptors 1, 2 and so on */
    uint32_t self_rights;      /* of a descriptor of the process itself, behind those; 0 for none */
};

/* Value: the process. */
struct result start_program(const struct start *start);
