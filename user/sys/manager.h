/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of the process manager (pm/abi/pm.h) by name, one message each.  Any thread may call
 * them.  Texts are cut nowhere: what is too long fails, ERR_SIZE here or an error of the manager's.
 */
#pragma once

#include "message.h"

#include "abi/pm.h"

/* --- Doors and names. */

/* A door of the caller's own; its name may be "".  Value: the owner's descriptor. */
struct result door_new(const char *name, bool system, uint32_t cookie, uint32_t flags);

/* Value: a descriptor of the door with the longest name that is the beginning of the path; `*rest`: where the rest begins. */
struct result name_resolve(const char *path, uint32_t *rest);

/* Value: a descriptor of the door that has this very name; ERR_NOT_FOUND where there is only one with a beginning of it. */
struct result name_open(const char *name);

struct result name_remove(const char *name);
struct result name_list(uint32_t index, struct name_view *view);
struct result domain_allows(const char *domain, const char *type);

/* --- The caller's process. */

/* At once: what stdio.h still keeps is lost.  program.h has exit(). */
void process_exit(uint32_t status) __attribute__((noreturn));

/* Value: the number of the caller's process. */
struct result process_number(void);

/* With address 0 the manager chooses.  Value: the address. */
struct result map(uint32_t address, uint32_t pages, uint32_t flags);
struct result unmap(uint32_t address, uint32_t pages);

/* A child that has ended, and is forgotten then.  Without `block` it fails with ERR_PHASE if none has ended yet. */
struct result wait_any(bool block, struct process_view *view);

/* The process of this number or the next above. */
struct result process_next(uint32_t number, struct process_view *view);

/* The call that this thread of a process, or the one with the next number above, is in. */
struct result process_calls(uint32_t process, uint32_t thread, struct call_view *view);

/* Value: the capability of the process of this number. */
struct result process_find(uint32_t number);

struct result machine_look(struct machine_view *view);

/* --- For domains that may. */

struct result machine_halt(uint32_t status);
struct result report_write(const char *text, uint32_t size);

/* Value: the archive's size in bytes. */
struct result archive_map(uint32_t address);

/* The door is an owner's descriptor of the caller's; MESSAGE_IRQ has the cookie. */
struct result interrupt_bind(uint32_t irq, uint32_t door, uint32_t cookie);
struct result interrupt_done(uint32_t irq);

struct result ports_use(uint32_t first, uint32_t count);
struct result device_map(uint32_t address, uint32_t pages, uint32_t physical);
struct result priority_set(uint32_t priority);
