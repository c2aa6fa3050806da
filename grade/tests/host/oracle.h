/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What frame.c has to do, told page by page and without a list.
 */
#pragma once

#include "host.h"
#include "paging.h"

#define PAGES       (DIRECT_SIZE / PAGE_SIZE)
#define TABLE_ENTRY 8 /* bytes in the kernel's table for a page */

enum kind {
    NO_RAM,
    RAM,    /* to be given out */
    MODULE, /* whether there is RAM or not; the kernel's first reference stays */
    KERNEL,
};

struct oracle {
    uint32_t pages; /* up to the end of RAM */
    uint32_t free;
    uint8_t kind[PAGES];
    uint32_t users[PAGES];
};

bool oracle_place(const struct boot *boot, paddr_t kernel_end, uint64_t start, uint64_t size);
bool oracle_room(const struct boot *boot, paddr_t kernel_end);
uint32_t oracle_pages(const struct boot *boot);
void oracle_start(struct oracle *o, const struct boot *boot, paddr_t kernel_end, paddr_t table);
uint32_t oracle_users(const struct oracle *o, paddr_t address);
