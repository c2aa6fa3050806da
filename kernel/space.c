/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: a page directory and its page tables (Intel SDM volume 3,
 * section 4.3).  An address space is known by the frame of its directory.
 *
 * Entries 768 and up of every directory are the kernel's, the same in all,
 * and never change: large global pages that map RAM at KERNEL_BASE (boot.asm).
 * The page tables below hang in the frames that their directory names.  A
 * table has as many references as it has entries, and goes with the last one.
 *
 * What the processor's TLB remembers of an entry has to be forgotten when the
 * entry changes.  It remembers the current space only, since loading CR3
 * empties it of all but global pages, and it never remembers that an entry
 * was absent.  (Section 4.10.4.)
 */
#include "paging.h"
#include "x86.h"

#define ENTRIES      1024
#define USER_ENTRIES (KERNEL_BASE >> 22)

extern uint32_t kernel_directory[ENTRIES];

/*
 * What the processor has to keep ring 0 from user memory, and ring 3 from the
 * tables' addresses, is switched on: ring 0 may not write where ring 3 may not
 * (CR0.WP: boot.asm), not execute (SMEP) nor touch (SMAP) what is ring 3's,
 * and ring 3 not read the IDT's and GDT's addresses (UMIP).
 */
void
space_init(void)
{
    // SOLUTION paging.3
    // | /* TODO paging.3: SMEP, SMAP and UMIP, each only if CPUID has it. */
    // | exercise_missing("paging.3");
    struct cpuid has = cpuid(0).eax >= 7 ? cpuid(7) : (struct cpuid){0};
    uint32_t bits = 0;

    if (has.ebx & CPUID_7_EBX_SMEP)
        bits |= CR4_SMEP;
    if (has.ebx & CPUID_7_EBX_SMAP)
        bits |= CR4_SMAP;
    if (has.ecx & CPUID_7_ECX_UMIP)
        bits |= CR4_UMIP;
    write_cr4(read_cr4() | bits);
    // END paging.3
}

static uint32_t *
table_entry(paddr_t directory, uint32_t address)
{
    return (uint32_t *)direct(directory) + (address >> 22);
}

/*
 * Where the entry for `address`, below the kernel, stands; NULL if there is no
 * page table for it.
 */
uint32_t *
space_entry(paddr_t directory, uint32_t address)
{
    // SOLUTION paging.2
    // | /* TODO paging.2 */
    // | (void)directory, (void)address, (void)table_entry;
    // | exercise_stop("paging.2");
    uint32_t table = *table_entry(directory, address);

    if (!(table & PAGE_PRESENT))
        return NULL;
    return (uint32_t *)direct(page_down(table)) + address / PAGE_SIZE % ENTRIES;
    // END paging.2
}

/* The TLB may know an entry that has changed: it forgets it. */
static void
forget(paddr_t directory, uint32_t address)
{
    // SOLUTION paging.6
    // | /* TODO paging.6 */
    // | (void)directory, (void)address;
    // | exercise_missing("paging.6");
    if (read_cr3() == directory)
        invalidate_page(address);
    // END paging.6
}

/*
 * Maps a page where none is.  `entry` is the frame's address, its reference now
 * the table's, and PAGE_PRESENT and other bits.  A frame has to be free if there
 * is no table yet.
 */
void
space_put(paddr_t directory, uint32_t address, uint32_t entry)
{
    // SOLUTION paging.2
    // | /* TODO paging.2: a new table has one reference, for its first entry. */
    // | (void)directory, (void)address, (void)entry;
    // | exercise_stop("paging.2");
    uint32_t *table = table_entry(directory, address);

    if (*table & PAGE_PRESENT)
        frame_hold(page_down(*table));
    else
        *table = frame_new() | PAGE_PRESENT | PAGE_WRITABLE | PAGE_USER;
    *space_entry(directory, address) = entry;
    // END paging.2
}

/* Exchanges the entry of a page that is mapped for another that is not 0. */
void
space_change(paddr_t directory, uint32_t address, uint32_t entry)
{
    *space_entry(directory, address) = entry;
    forget(directory, address);
}

/* Unmaps a page that is mapped; its frame loses a reference, and so does the table. */
void
space_remove(paddr_t directory, uint32_t address)
{
    // SOLUTION paging.2
    // | /* TODO paging.2: forget(); and what PAGE_DEVICE marks has no references. */
    // | (void)directory, (void)address;
    // | exercise_stop("paging.2");
    uint32_t *table = table_entry(directory, address);
    uint32_t *entry = space_entry(directory, address), old = *entry;

    *entry = 0;
    if (frame_release(page_down(*table)))
        *table = 0;
    forget(directory, address);
    if (!(old & PAGE_DEVICE))
        frame_release(page_down(old));
    // END paging.2
}

/* An address space with nothing but the kernel in it; 0 if there is no free frame. */
paddr_t
space_new(void)
{
    // SOLUTION paging.3
    // | /* TODO paging.3 */
    // | exercise_stop("paging.3");
    paddr_t directory = frame_new();

    if (directory)
        memcpy(table_entry(directory, KERNEL_BASE), &kernel_directory[USER_ENTRIES],
               sizeof(uint32_t) * (ENTRIES - USER_ENTRIES));
    return directory;
    // END paging.3
}

/*
 * The first address from this one on for which there is a page table.  So many tables that are not there
 * are looked at, at most; then it is where that ends.
 */
uint32_t
space_skip(paddr_t directory, uint32_t address, uint32_t tables)
{
    for (const uint32_t *table = table_entry(directory, address); tables > 0 && address < KERNEL_BASE; tables--) {
        if (*table++ & PAGE_PRESENT)
            break;
        address = (address | (PAGE_SIZE * ENTRIES - 1)) + 1;
    }
    return address;
}

/* The first mapped page at `address` or above it; 0 if there is none. */
uint32_t
space_next(paddr_t directory, uint32_t address)
{
    while ((address = space_skip(directory, address, USER_ENTRIES)) < KERNEL_BASE) {
        const uint32_t *entry = space_entry(directory, address);
        uint32_t end = (address | (PAGE_SIZE * ENTRIES - 1)) + 1;

        for (; address < end; address += PAGE_SIZE)
            if (*entry++)
                return address;
    }
    return 0;
}

/* Frees all that is mapped there, the tables and the directory. */
void
space_delete(paddr_t directory)
{
    // SOLUTION paging.3
    // | /* TODO paging.3: the processor may still be using it. */
    // | (void)directory;
    // | exercise_stop("paging.3");
    if (read_cr3() == directory)
        write_cr3(physical(kernel_directory));
    for (uint32_t at = 0; (at = space_next(directory, at)) != 0;)
        space_remove(directory, at);
    frame_release(directory);
    // END paging.3
}

/* From now on ring 3 sees this space. */
void
space_use(paddr_t directory)
{
    // SOLUTION paging.3
    // | /* TODO paging.3: loading CR3 empties the TLB, so not when it is there already. */
    // | (void)directory;
    // | exercise_stop("paging.3");
    if (read_cr3() != directory)
        write_cr3(directory);
    // END paging.3
}
