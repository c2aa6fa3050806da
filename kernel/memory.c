/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one can do with the memory of a process.  Each function checks first
 * all that could be wrong, the number of free frames too; what follows the
 * checks cannot fail.  They answer with 0 or an error (abi/call.h).
 */
#include "paging.h"
#include "process.h"

#define FOR_PAGES(at, address, pages) \
    for (uint32_t at = (address), rest = (pages); rest > 0; at += PAGE_SIZE, rest--)

static bool
mapped(const struct process *p, uint32_t address)
{
    const uint32_t *entry = space_entry(p->space, address);

    return entry && *entry;
}

/* How many tables these pages lack. */
static uint32_t
tables_missing(const struct process *p, uint32_t address, uint32_t pages)
{
    uint32_t last = address + (pages - 1) * PAGE_SIZE;
    uint32_t missing = !space_entry(p->space, address);

    return last >> 22 == address >> 22 ? missing : missing + !space_entry(p->space, last);
}

/* May pages be put there?  `frames` are needed, and those of the tables. */
static uint32_t
check_room(const struct process *p, uint32_t address, uint32_t pages, uint32_t frames)
{
    // SOLUTION paging.4
    // | /* TODO paging.4: ERR_ADDRESS, ERR_MAPPED, ERR_MEMORY, in this order */
    // | (void)p, (void)address, (void)pages, (void)frames, (void)tables_missing, (void)mapped;
    // | exercise_stop("paging.4");
    if (!range_of_pages(address, pages))
        return ERR_ADDRESS;
    FOR_PAGES(at, address, pages)
        if (mapped(p, at))
            return ERR_MAPPED;
    return frames_free < frames + tables_missing(p, address, pages) ? ERR_MEMORY : 0;
    // END paging.4
}

/* Is every page of the range there? */
static uint32_t
check_mapped(const struct process *p, uint32_t address, uint32_t pages)
{
    if (!range_of_pages(address, pages))
        return ERR_ADDRESS;
    FOR_PAGES(at, address, pages)
        if (!mapped(p, at))
            return ERR_ABSENT;
    return 0;
}

/* Bits of an entry: with `writable`, ring 3 may write, and may get that right back when it was taken. */
static uint32_t
rights(bool writable)
{
    return PAGE_PRESENT | PAGE_USER | (writable ? PAGE_WRITABLE | PAGE_GRANTED : 0);
}

/* May each of these pages, which are mapped, be made writable? */
static bool
all_granted(const struct process *p, uint32_t address, uint32_t pages)
{
    FOR_PAGES(at, address, pages)
        if (!(*space_entry(p->space, at) & PAGE_GRANTED))
            return false;
    return true;
}

/* Maps new pages of zeros. */
uint32_t
memory_map(struct process *p, uint32_t address, uint32_t pages, bool writable)
{
    // SOLUTION paging.4
    // | /* TODO paging.4 */
    // | (void)p, (void)address, (void)pages, (void)writable, (void)check_room, (void)rights;
    // | exercise_stop("paging.4");
    uint32_t error = check_room(p, address, pages, pages);

    if (error)
        return error;
    FOR_PAGES(at, address, pages)
        space_put(p->space, at, frame_new() | rights(writable) | PAGE_GRANTED);
    return 0;
    // END paging.4
}

/* Maps what process `source` has at `from`, too. */
uint32_t
memory_share(struct process *p, uint32_t address, uint32_t pages, bool writable, const struct process *source,
             uint32_t from)
{
    // SOLUTION paging.4
    // | /* TODO paging.4 */
    // | (void)p, (void)address, (void)pages, (void)writable, (void)source, (void)from, (void)check_mapped;
    // | (void)all_granted;
    // | exercise_stop("paging.4");
    uint32_t error = check_mapped(source, from, pages);

    if (!error)
        error = check_room(p, address, pages, 0);
    if (!error && writable && !all_granted(source, from, pages))
        error = ERR_RIGHT;
    if (error)
        return error;
    FOR_PAGES(at, from, pages)
        if (*space_entry(source->space, at) & PAGE_DEVICE)
            return ERR_ADDRESS;
    FOR_PAGES(at, address, pages) {
        paddr_t frame = page_down(*space_entry(source->space, from + (at - address)));

        frame_hold(frame);
        space_put(p->space, at, frame | rights(writable));
    }
    return 0;
    // END paging.4
}

/* Maps one frame that the kernel has claimed, where nothing is mapped; ring 3 may read it. */
void
memory_show(struct process *p, uint32_t address, paddr_t frame)
{
    if (frame_references(frame) == FRAME_NO_RAM)
        boot_refuse("no RAM is at %08x, where the loader says that a module lies", frame);
    if (check_room(p, address, 1, 0))
        boot_refuse("no room to show memory at %08x", address);
    frame_hold(frame);
    space_put(p->space, address, frame | rights(false));
}

/* Maps device memory, which is never RAM, and which no cache may hold. */
uint32_t
memory_device(struct process *p, uint32_t address, uint32_t pages, bool writable, paddr_t physical)
{
    uint32_t error = check_room(p, address, pages, 0);

    if (error)
        return error;
    if (physical % PAGE_SIZE != 0 || pages - 1 > (UINT32_MAX - physical) / PAGE_SIZE)
        return ERR_ADDRESS;
    FOR_PAGES(at, physical, pages)
        if (frame_references(at) != FRAME_NO_RAM)
            return ERR_ADDRESS;
    FOR_PAGES(at, address, pages)
        space_put(p->space, at, (physical + (at - address)) | rights(writable) | PAGE_NO_CACHE | PAGE_DEVICE);
    return 0;
}

/* Unmaps all that is mapped in the range; `unmapped` tells how many pages. */
uint32_t
memory_unmap(struct process *p, uint32_t address, uint32_t pages, uint32_t *unmapped)
{
    // SOLUTION paging.4
    // | /* TODO paging.4 */
    // | (void)p, (void)address, (void)pages, (void)unmapped;
    // | exercise_stop("paging.4");
    *unmapped = 0;
    if (!range_of_pages(address, pages))
        return ERR_ADDRESS;
    FOR_PAGES(at, address, pages)
        if (mapped(p, at)) {
            space_remove(p->space, at);
            ++*unmapped;
        }
    return 0;
    // END paging.4
}

/* From now on ring 3 may write there, or may not. */
uint32_t
memory_protect(struct process *p, uint32_t address, uint32_t pages, bool writable)
{
    // SOLUTION paging.6
    // | /* TODO paging.6: all other bits of the entries stay as they are. */
    // | (void)p, (void)address, (void)pages, (void)writable, (void)all_granted;
    // | exercise_missing("paging.6");
    // | return ERR_ABSENT;
    uint32_t error = check_mapped(p, address, pages);

    if (!error && writable && !all_granted(p, address, pages))
        error = ERR_RIGHT;
    if (error)
        return error;
    FOR_PAGES(at, address, pages) {
        uint32_t entry = *space_entry(p->space, at) & ~PAGE_WRITABLE;

        space_change(p->space, at, writable ? entry | PAGE_WRITABLE : entry);
    }
    return 0;
    // END paging.6
}

/*
 * Writes to `words` what each page is (abi/process.h).  With `clear`, pages
 * count as neither accessed nor dirty from now on.
 */
uint32_t
memory_look(struct process *p, uint32_t address, uint32_t pages, uint32_t *words, bool clear)
{
    // SOLUTION paging.6
    // | /* TODO paging.6: the bits that abi/process.h names are those of an entry. */
    // | (void)p, (void)address, (void)pages, (void)words, (void)clear;
    // | exercise_missing("paging.6");
    // | return ERR_ADDRESS;
    const uint32_t used = PAGE_ACCESSED | PAGE_DIRTY;

    if (!range_of_pages(address, pages))
        return ERR_ADDRESS;
    FOR_PAGES(at, address, pages) {
        uint32_t entry = mapped(p, at) ? *space_entry(p->space, at) : 0;

        *words++ = entry & ~(PAGE_USER | PAGE_NO_CACHE | PAGE_GRANTED);
        if (clear && entry & used)
            space_change(p->space, at, entry & ~used);
    }
    return 0;
    // END paging.6
}
