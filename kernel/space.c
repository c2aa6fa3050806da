/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of ring 3, as simple as it can be: one region that all programs
 * share, made of pages that are taken from free RAM and never given back.
 *
 *   USER_BASE .. USER_END   read and write
 *   BOOT_BASE .. boot_end   read only: what the boot loader brought
 */
#include "memory.h"
#include "x86.h"

#define ENTRIES       1024
#define PAGE_PRESENT  1u
#define PAGE_WRITABLE 2u
#define PAGE_USER     4u

extern char kernel_end[];
extern uint32_t kernel_directory[ENTRIES];

static paddr_t free_start, free_end;
static uint32_t boot_end = BOOT_BASE;

/* A page of zeros; refuses to boot if there is none left. */
paddr_t
space_new_page(void)
{
    paddr_t page = free_start;

    if (free_end - free_start < PAGE_SIZE)
        boot_refuse("too little memory: %u KiB are not enough", free_end >> 10);
    free_start += PAGE_SIZE;
    memset(direct(page), 0, PAGE_SIZE);
    return page;
}

static uint32_t *
table_of(uint32_t address)
{
    uint32_t *entry = &kernel_directory[address >> 22];

    if (!(*entry & PAGE_PRESENT))
        *entry = space_new_page() | PAGE_PRESENT | PAGE_WRITABLE | PAGE_USER;
    return direct(page_down(*entry));
}

/* Maps one page for ring 3. */
void
space_map(uint32_t address, paddr_t page, bool writable)
{
    uint32_t rights = PAGE_PRESENT | PAGE_USER | (writable ? PAGE_WRITABLE : 0);

    table_of(address)[address / PAGE_SIZE % ENTRIES] = page | rights;
    if (address >= BOOT_BASE)
        boot_end = address + PAGE_SIZE;
}

/* All RAM behind the kernel and its modules is free. */
static void
find_free(const struct boot *boot)
{
    free_start = page_up(physical(kernel_end));
    free_end = page_down(boot->ram.end);
    for (uint32_t i = 0; i < boot->modules; i++)
        if (boot->module[i].end > free_start && boot->module[i].end <= free_end)
            free_start = page_up(boot->module[i].end);
}

void
space_init(const struct boot *boot)
{
    find_free(boot);
    for (uint32_t at = USER_BASE; at < USER_END; at += PAGE_SIZE)
        space_map(at, space_new_page(), true);
    write_cr3(read_cr3());
}

static bool
within(uint32_t address, uint32_t size, uint32_t start, uint32_t end)
{
    return address >= start && address <= end && size <= end - address;
}

/* May ring 3 read (and write, if `writable`) `size` bytes at `address`? */
bool
space_holds(uint32_t address, uint32_t size, bool writable)
{
    return within(address, size, USER_BASE, USER_END)
           || (!writable && within(address, size, BOOT_BASE, boot_end));
}
