/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's hands in the memory of ring 3.  No address that a program gives
 * is ever used as an address: its page is looked up in the program's tables,
 * and the kernel takes the frame's own place at KERNEL_BASE.  So nothing can
 * fault here, whichever address space the processor has loaded.
 */
#include "paging.h"
#include "process.h"

/*
 * May ring 3 of `p` read, or write, `size` bytes of RAM at `address`?  0 if so;
 * ERR_ADDRESS if not, ERR_ABSENT if it might when a page that is absent were
 * there.  A device is no RAM: the kernel may not even reach it at KERNEL_BASE.
 */
uint32_t
user_check(const struct process *p, uint32_t address, uint32_t size, bool write)
{
    // SOLUTION paging.5
    // | /* TODO paging.5: every page of the range, and there may be none. */
    // | (void)p, (void)address, (void)size, (void)write;
    // | exercise_stop("paging.5");
    if (!range_of_bytes(address, size))
        return ERR_ADDRESS;
    for (uint32_t at = page_down(address); size > 0 && at < address + size; at += PAGE_SIZE) {
        const uint32_t *entry = space_entry(p->space, at);

        if (!entry || !*entry)
            return ERR_ABSENT;
        if (*entry & PAGE_DEVICE || (write && !(*entry & PAGE_WRITABLE)))
            return ERR_ADDRESS;
    }
    return 0;
    // END paging.5
}

/*
 * The kernel's address of a byte of ring 3's.  The processor does not see what
 * happens there, so the page is marked as used in its place.
 */
static void *
reach(const struct process *p, uint32_t address, uint32_t used)
{
    // SOLUTION paging.5
    // | /* TODO paging.5 */
    // | (void)p, (void)address, (void)used;
    // | exercise_stop("paging.5");
    uint32_t *entry = space_entry(p->space, address);

    *entry |= used;
    return (char *)direct(page_down(*entry)) + address % PAGE_SIZE;
    // END paging.5
}

/* How many of `size` bytes at `address` lie in the page of the first. */
static uint32_t
in_page(uint32_t address, uint32_t size)
{
    uint32_t room = PAGE_SIZE - address % PAGE_SIZE;

    return size < room ? size : room;
}

/* Copies from ring 3, all or nothing.  Errors: user_check. */
uint32_t
user_read(const struct process *p, void *to, uint32_t from, uint32_t size)
{
    // SOLUTION paging.5
    // | /* TODO paging.5: the bytes may lie in several pages. */
    // | (void)p, (void)to, (void)from, (void)size, (void)in_page, (void)reach;
    // | exercise_stop("paging.5");
    uint32_t error = user_check(p, from, size, false);

    for (uint32_t part; !error && size > 0; size -= part) {
        part = in_page(from, size);
        memcpy(to, reach(p, from, PAGE_ACCESSED), part);
        to = (char *)to + part;
        from += part;
    }
    return error;
    // END paging.5
}

/* Copies to ring 3, all or nothing.  Errors: user_check. */
uint32_t
user_write(const struct process *p, uint32_t to, const void *from, uint32_t size)
{
    // SOLUTION paging.5
    // | /* TODO paging.5 */
    // | (void)p, (void)to, (void)from, (void)size;
    // | exercise_stop("paging.5");
    uint32_t error = user_check(p, to, size, true);

    for (uint32_t part; !error && size > 0; size -= part) {
        part = in_page(to, size);
        memcpy(reach(p, to, PAGE_ACCESSED | PAGE_DIRTY), from, part);
        from = (const char *)from + part;
        to += part;
    }
    return error;
    // END paging.5
}
