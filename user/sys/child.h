/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making a process step by step, and what can be done with one: the functions of the process manager on
 * pmcap and on capabilities of processes (pm/abi/pm.h), by name.  spawn.h does all the steps for a program in a file.
 */
#pragma once

#include "manager.h"

/* Value: the capability of an empty process, `child` below.  A domain "" is the caller's. */
struct result child_create(uint32_t pmcap, const char *name, const char *domain);

/* In as many messages as it takes. */
struct result child_write(uint32_t child, uint32_t address, uint32_t flags, const void *bytes, uint32_t size);

/* One message: the bytes, at most 4,000, are at message + 2, as stream_fetch() puts them; the words before are overwritten. */
struct result child_write_part(uint32_t child, uint32_t address, uint32_t flags, uint32_t *message, uint32_t size);

struct result child_region(uint32_t child, uint32_t address, uint32_t pages, uint32_t flags);
struct result child_registers(uint32_t child, const struct registers *registers);

/* Its descriptors from 1 on: see descriptor_word().  child_nothing() keeps a place empty. */
struct result child_clist(uint32_t child, const uint32_t *words, uint32_t count);

/* What stands for no descriptor: something that allows nothing. */
static inline uint32_t
child_nothing(uint32_t child)
{
    return descriptor_word(child, 0, 0);
}

/* Its calls come to this door, of which it gets a duplicate with this cookie; when the thread has ended, MESSAGE_UNREF. */
struct result child_trace(uint32_t child, uint32_t door, uint32_t cookie);

struct result child_start(uint32_t child);
struct result child_stop(uint32_t child);

struct result child_status(uint32_t child, struct process_view *view);
struct result child_read_registers(uint32_t child, struct registers *registers);

/* Value: bytes that were read.  In as many messages as it takes. */
struct result child_read_memory(uint32_t child, uint32_t address, void *to, uint32_t size);

/* Value: the number of the descriptor that was looked at, `number` or the next above. */
struct result child_read_clist(uint32_t child, uint32_t number, struct look *look);

/* Blocks until it has ended; then it is forgotten.  The descriptor stays to be closed. */
struct result child_wait(uint32_t child, struct process_view *view);

/* It is ended and forgotten, and the descriptor closed. */
struct result child_delete(uint32_t child);

struct result child_kill(uint32_t child);
