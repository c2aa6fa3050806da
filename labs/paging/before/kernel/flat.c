/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of ring 3, as simple as it can be: one region that all programs
 * share, made of pages that are taken from free RAM and never given back.  The
 * next lab replaces it.
 *
 *   USER_BASE .. USER_END   read and write
 *   BOOT_BASE .. boot_end   read only: what the boot loader brought
 */
#include "memory.h"
#include "process.h"
#include "x86.h"

#define ENTRIES       1024
#define PAGE_PRESENT  1u
#define PAGE_WRITABLE 2u
#define PAGE_USER     4u

extern char kernel_end[];
extern uint32_t kernel_directory[ENTRIES];

static struct boot_region unused;
static uint32_t boot_end = BOOT_BASE;

/* A page of zeros; refuses to boot if there is none left. */
static paddr_t
new_page(void)
{
    paddr_t page = unused.start;

    if (unused.end < unused.start + PAGE_SIZE)
        boot_refuse("too little memory: %u KiB are not enough", unused.end >> 10);
    unused.start += PAGE_SIZE;
    memset(direct(page), 0, PAGE_SIZE);
    return page;
}

static void
map(uint32_t address, uint32_t entry)
{
    uint32_t *table = &kernel_directory[address >> 22];

    if (!(*table & PAGE_PRESENT))
        *table = new_page() | PAGE_PRESENT | PAGE_WRITABLE | PAGE_USER;
    ((uint32_t *)direct(page_down(*table)))[address / PAGE_SIZE % ENTRIES] = entry | PAGE_PRESENT | PAGE_USER;
}

/* All RAM behind the kernel and its modules is free. */
static void
find_unused(const struct boot *boot)
{
    unused.start = page_up(physical(kernel_end));
    for (uint32_t i = 0; i < boot->memories; i++)
        if (boot->memory[i].ram && boot->memory[i].region.start < unused.start
            && boot->memory[i].region.end > unused.start)
            unused.end = page_down(boot->memory[i].region.end);
    for (uint32_t i = 0; i < boot->modules; i++)
        if (boot->module[i].end > unused.start && boot->module[i].end <= unused.end)
            unused.start = page_up(boot->module[i].end);
}

void
memory_init(const struct boot *boot)
{
    find_unused(boot);
    for (uint32_t at = USER_BASE; at < USER_END; at += PAGE_SIZE)
        map(at, new_page() | PAGE_WRITABLE);
    write_cr3(read_cr3());
}

static bool
within(uint32_t address, uint32_t size, uint32_t start, uint32_t end)
{
    return address >= start && address <= end && size <= end - address;
}

/* The region is there already: only says whether the pages lie in it. */
uint32_t
memory_map(struct process *p, uint32_t address, uint32_t pages, bool writable)
{
    (void)p, (void)writable;
    return within(address, pages * PAGE_SIZE, USER_BASE, USER_END) ? 0 : ERR_ADDRESS;
}

/* All of the region stays writable. */
uint32_t
memory_protect(struct process *p, uint32_t address, uint32_t pages, bool writable)
{
    (void)p, (void)address, (void)pages, (void)writable;
    return 0;
}

/* Maps a frame that ring 3 may read. */
void
memory_show(struct process *p, uint32_t address, paddr_t frame)
{
    (void)p;
    map(address, frame);
    boot_end = address + PAGE_SIZE;
}

/* May ring 3 read, or write, `size` bytes at `address`?  0, or ERR_ADDRESS. */
uint32_t
user_check(const struct process *p, uint32_t address, uint32_t size, bool write)
{
    (void)p;
    return within(address, size, USER_BASE, USER_END) || (!write && within(address, size, BOOT_BASE, boot_end))
               ? 0
               : ERR_ADDRESS;
}

/* Copies from ring 3.  Errors: user_check. */
uint32_t
user_read(const struct process *p, void *to, uint32_t from, uint32_t size)
{
    uint32_t error = user_check(p, from, size, false);

    if (!error)
        memcpy(to, (const void *)from, size);
    return error;
}

/* Copies to ring 3.  Errors: user_check. */
uint32_t
user_write(const struct process *p, uint32_t to, const void *from, uint32_t size)
{
    uint32_t error = user_check(p, to, size, true);

    if (!error)
        memcpy((void *)to, from, size);
    return error;
}
