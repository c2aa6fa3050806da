/* SPDX-License-Identifier: BSD-2-Clause */
#include "oracle.h"

#define FOR_EACH(m, array, count) for (__typeof__(&(array)[0]) m = (array); m < (array) + (count); m++)
#define FOR_MEMORY(m, boot)       FOR_EACH(m, (boot)->memory, (boot)->memories)
#define FOR_MODULES(m, boot)      FOR_EACH(m, (boot)->module, (boot)->modules)

uint32_t
oracle_pages(const struct boot *boot)
{
    uint32_t pages = 0;

    FOR_MEMORY(m, boot)
        if (m->ram && m->region.end / PAGE_SIZE > pages)
            pages = m->region.end / PAGE_SIZE;
    return pages;
}

/* May the table lie there?  In one piece of RAM, and on nothing else. */
bool
oracle_place(const struct boot *boot, paddr_t kernel_end, uint64_t start, uint64_t size)
{
    uint64_t end = start + size;
    unsigned around = 0;

    FOR_MEMORY(m, boot)
        if (m->ram)
            around += !(start < m->region.start || m->region.end < end);
        else if (!(m->region.end <= start || end <= m->region.start))
            return false;
    FOR_MODULES(m, boot)
        if (!(m->end <= start || end <= m->start))
            return false;
    return around && start >= PAGE_SIZE && (end <= KERNEL_START || start >= kernel_end) && start % PAGE_SIZE == 0;
}

static uint64_t
next_page(paddr_t address)
{
    return (address + (uint64_t)PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
}

/* Is there room right behind the kernel, or right behind a module that is behind it?  Then the kernel must boot. */
bool
oracle_room(const struct boot *boot, paddr_t kernel_end)
{
    uint64_t size = (uint64_t)oracle_pages(boot) * TABLE_ENTRY;
    bool room = oracle_place(boot, kernel_end, next_page(kernel_end), size);

    FOR_MODULES(m, boot)
        room |= m->end >= kernel_end && oracle_place(boot, kernel_end, next_page(m->end), size);
    return room;
}

/* Not even one byte of the page at `at` is in [start, end); an empty range counts as the place where it is. */
static bool
apart(uint64_t at, uint64_t start, uint64_t end)
{
    return at + PAGE_SIZE <= start || end <= at;
}

static enum kind
kind_in_map(const struct boot *boot, uint64_t at)
{
    enum kind kind = NO_RAM;

    FOR_MEMORY(m, boot)
        if (!m->ram && !apart(at, m->region.start, m->region.end))
            return NO_RAM;
        else if (m->ram && m->region.start <= at && at + PAGE_SIZE <= m->region.end)
            kind = RAM;
    return kind;
}

static enum kind
kind_of_page(const struct boot *boot, uint64_t at, paddr_t kernel_end, paddr_t table, uint32_t pages)
{
    if (at == 0 || !apart(at, KERNEL_START, kernel_end) || !apart(at, table, table + (uint64_t)pages * TABLE_ENTRY))
        return KERNEL;
    FOR_MODULES(m, boot)
        if (!apart(at, m->start, m->end))
            return MODULE;
    return kind_in_map(boot, at);
}

void
oracle_start(struct oracle *o, const struct boot *boot, paddr_t kernel_end, paddr_t table)
{
    static const uint32_t users[] = {[NO_RAM] = FRAME_NO_RAM, [RAM] = 0, [MODULE] = 1, [KERNEL] = 1};

    o->pages = oracle_pages(boot);
    o->free = 0;
    for (uint32_t i = 0; i < o->pages; i++) {
        o->kind[i] = kind_of_page(boot, (uint64_t)i * PAGE_SIZE, kernel_end, table, o->pages);
        o->users[i] = users[o->kind[i]];
        o->free += o->kind[i] == RAM;
    }
}

uint32_t
oracle_users(const struct oracle *o, paddr_t address)
{
    return address >> 12 < o->pages ? o->users[address >> 12] : FRAME_NO_RAM;
}
