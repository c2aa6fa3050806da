/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects, and what else pm/abi/object.h has, by name: one message to the process manager each.
 */
#pragma once

#include "message.h"

#include "abi/object.h"

/* --- Objects.  Where an `object` is asked for, a descriptor of it is given, and stays. */

/* Shared memory, or a RAM disk: value: a descriptor of it. */
struct result object_new(uint32_t kind, uint32_t pages);

/* A RAM disk's.  `*number`: for page_open(). */
struct result object_new_ram_disk(uint32_t pages, uint32_t *number);

/* A file's, whose messages PAGER_... come to the caller's `door` with this cookie.  `*number`: for page_open(). */
struct result object_new_file(uint32_t pages, uint32_t door, uint32_t cookie, uint32_t *number);

/* Its pages from `first` on.  With address 0 the manager chooses.  Value: the address. */
struct result object_map(uint32_t object, uint32_t address, uint32_t pages, uint32_t flags, uint32_t first);

struct result object_stat(uint32_t object, struct object_view *view);
struct result object_resize(uint32_t object, uint32_t pages);
struct result object_delete(uint32_t object);

/* The same as object_map() for a process that has not been started: its address is not chosen. */
struct result process_map_object(uint32_t process, uint32_t object, uint32_t address, uint32_t pages, uint32_t flags, uint32_t first);

/* --- The caller's memory. */

struct result map_protect(uint32_t address, uint32_t pages, uint32_t flags);
struct result map_advise(uint32_t address, uint32_t pages, uint32_t advice);
struct result map_sync(uint32_t address, uint32_t pages);
struct result memory_look(struct memory_counts *counts);

/* --- For servers. */

struct result page_window(uint32_t address, uint32_t slots);

/* Value: PAGE_...; the object by its number. */
struct result page_open(uint32_t slot, uint32_t object, uint32_t index);

/* Value: the index of the page that is in the slot now. */
struct result page_dirty(uint32_t slot, uint32_t object, uint32_t from);

struct result page_done(uint32_t slot, uint32_t state);

/* --- For drivers: at most WIRE_MAX pages.  Value: how many physical addresses there are: of shared memory one for each page, else none. */
struct result wire(uint32_t address, uint32_t pages, uint32_t *physical);

/* The disk or partition of this name, with an object of SWAP_BUFFER pages.  Both descriptors stay the caller's. */
struct result swap_use(const char *name, uint32_t slots, uint32_t disk, uint32_t object);
