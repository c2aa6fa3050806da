/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel calls of abi/process.h by name, one call each.  `process` is a
 * descriptor of one.
 */
#pragma once

#include "call.h"

#include "abi/process.h"

struct result process_create(void);
struct result process_delete(uint32_t process);
struct result process_start(uint32_t process, uint32_t entry, uint32_t stack, uint32_t argument);

struct result memory_map(uint32_t process, uint32_t address, uint32_t pages, uint32_t flags);
struct result memory_unmap(uint32_t process, uint32_t address, uint32_t pages);
struct result memory_protect(uint32_t process, uint32_t address, uint32_t pages, uint32_t flags);
struct result memory_share(uint32_t process, uint32_t address, uint32_t pages, uint32_t flags, uint32_t source,
                           uint32_t from);
struct result memory_device(uint32_t process, uint32_t address, uint32_t pages, uint32_t flags, uint32_t physical);
struct result memory_query(uint32_t process, uint32_t address, uint32_t pages, struct memory_view *view);
struct result memory_scan(uint32_t process, uint32_t address, uint32_t pages, struct memory_view *view);
struct result frames_query(uint32_t first, uint32_t frames, struct frame_view *view);

/* Frames that are free in the whole machine; only for who holds the machine. */
uint32_t frames_free(void);
