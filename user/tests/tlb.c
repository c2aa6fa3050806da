/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Uses a page, has the kernel change what the page tables say of it, and uses it
 * again.  What must fault is done by a thread of its own, in the same space:
 * nothing but the kernel's care makes the processor forget the old entry.
 */
#include "process.h"
#include "test.h"

#define PAGE  4096u
#define AT    0x20000000u
#define STACK 4096

static char stack[STACK] __attribute__((aligned(16)));
static volatile bool came_back;

static void
read_from(void *address)
{
    (void)*(volatile uint32_t *)address;
    came_back = true;
}

static void
write_to(void *address)
{
    *(volatile uint32_t *)address = 1;
    came_back = true;
}

/* Reports whether a thread that does this comes back. */
static void
try(const char *name, void (*act)(void *), uint32_t address)
{
    came_back = false;
    thread_start(act, (void *)address, stack, STACK);
    for (int turns = 0; turns < 20 && !came_back; turns++)
        yield();
    report(name, "%u", came_back);
}

/* A page that the processor knows well, mapped as it was told. */
static void
fresh(void)
{
    memory_unmap(DESCRIPTOR_ROOT, AT, 1);
    memory_map(DESCRIPTOR_ROOT, AT, 1, MEMORY_WRITABLE);
    *(volatile uint32_t *)AT = 0x600d;
}

static void
unmapped(void)
{
    fresh();
    memory_unmap(DESCRIPTOR_ROOT, AT, 1);
    try("unmapped.read", read_from, AT);
    fresh();
    memory_unmap(DESCRIPTOR_ROOT, AT, 1);
    try("unmapped.write", write_to, AT);
    fresh();
    memory_unmap(DESCRIPTOR_ROOT, AT, 1);
    memory_map(DESCRIPTOR_ROOT, AT, 1, MEMORY_WRITABLE);
    report("replaced.read", "%u", *(volatile uint32_t *)AT == 0);
}

/* The last page of its table: the table goes, too. */
static void
without_table(void)
{
    memory_map(DESCRIPTOR_ROOT, AT + 0x400000, 2, MEMORY_WRITABLE);
    *(volatile uint32_t *)(AT + 0x400000) = 1;
    *(volatile uint32_t *)(AT + 0x401000) = 1;
    memory_unmap(DESCRIPTOR_ROOT, AT + 0x400000, 2);
    try("table.read", read_from, AT + 0x401000);
}

static void
protected(void)
{
    fresh();
    memory_protect(DESCRIPTOR_ROOT, AT, 1, 0);
    try("protected.write", write_to, AT);
    try("protected.read", read_from, AT);
    memory_protect(DESCRIPTOR_ROOT, AT, 1, MEMORY_WRITABLE);
    try("opened.write", write_to, AT);
}

static void
scanned(void)
{
    struct memory_view view;
    const uint32_t used = MEMORY_ACCESSED | MEMORY_DIRTY;

    fresh();
    memory_scan(DESCRIPTOR_ROOT, AT, 1, &view);
    (void)*(volatile uint32_t *)AT;
    memory_scan(DESCRIPTOR_ROOT, AT, 1, &view);
    report("scanned.read", "%x", view.page[0] & used);
    *(volatile uint32_t *)AT = 2;
    memory_query(DESCRIPTOR_ROOT, AT, 1, &view);
    report("scanned.write", "%x", view.page[0] & used);
}

/* The same address in another process is no business of this one's. */
static void
elsewhere(void)
{
    uint32_t other = process_create().value;

    fresh();
    memory_map(other, AT, 1, 0);
    memory_unmap(other, AT, 1);
    report("far.read", "%u", *(volatile uint32_t *)AT == 0x600d);
    process_delete(other);
}

int
main(const struct boot_info *info)
{
    (void)info;
    call_by_sysenter = false;
    unmapped();
    without_table();
    protected();
    scanned();
    elsewhere();
    report_end();
}
