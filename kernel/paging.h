/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory, from below: frames of RAM, the page tables that name them, and the
 * checks on ranges.  memory.c builds on these what a process asks for.
 */
#pragma once

#include "memory.h"

#include "abi/process.h"

/* frame.c */
extern uint32_t frames_free;
void frame_init(const struct boot *boot);
paddr_t frame_new(void);
void frame_hold(paddr_t frame);
bool frame_release(paddr_t frame);
uint32_t frame_references(paddr_t frame);

/* Entries of page directories and tables: Intel SDM volume 3, section 4.3. */
#define PAGE_PRESENT  0x001u
#define PAGE_WRITABLE 0x002u
#define PAGE_USER     0x004u
#define PAGE_NO_CACHE 0x010u
#define PAGE_ACCESSED 0x020u
#define PAGE_DIRTY    0x040u
#define PAGE_DEVICE   0x200u /* ours to use: what it maps is no RAM, and not counted */
#define PAGE_GRANTED  0x400u /* ours: it is writable, or may be made so */

/* space.c: an address space is known by the frame of its page directory. */
void space_init(void);
paddr_t space_new(void);
void space_delete(paddr_t directory);
void space_use(paddr_t directory);
uint32_t *space_entry(paddr_t directory, uint32_t address);
void space_put(paddr_t directory, uint32_t address, uint32_t entry);
void space_change(paddr_t directory, uint32_t address, uint32_t entry);
void space_remove(paddr_t directory, uint32_t address);
uint32_t space_skip(paddr_t directory, uint32_t address, uint32_t tables);
uint32_t space_next(paddr_t directory, uint32_t address);

/* range.c */
bool range_of_pages(uint32_t address, uint32_t pages);
bool range_of_bytes(uint32_t address, uint32_t size);
