/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Three processes with memory at the same addresses, and what they see of each
 * other.
 */
#include "child.h"
#include "load.h"
#include "test.h"

#define CHILDREN 3
#define OWN      0x20000000u /* where each has a page */
#define WINDOW   0x50000000u
#define ORDERS   0x51000000u /* here: the pages of orders, one after the other */
#define PAGE     4096u

static uint32_t children[CHILDREN];

static volatile struct orders *
orders(unsigned i)
{
    return (volatile struct orders *)(ORDERS + i * PAGE);
}

/* Has a child do something; false if it never says that it did. */
static bool
order(unsigned i, uint32_t act, uint32_t address, uint32_t value)
{
    orders(i)->address = address;
    orders(i)->value = value;
    orders(i)->act = act;
    for (int turns = 0; turns < 100; turns++) {
        if (orders(i)->act == CHILD_WAIT)
            return true;
        yield();
    }
    return false;
}

static uint32_t
read_in(unsigned i, uint32_t address)
{
    return order(i, CHILD_READ, address, 0) ? orders(i)->value : 0;
}

/* A child that runs, with a page of its own that holds `word`. */
static void
make_child(unsigned i, const struct boot_info *info, uint32_t word)
{
    struct result r = program_load(&info->module[1]);

    children[i] = r.value;
    memory_map(DESCRIPTOR_ROOT, ORDERS + i * PAGE, 1, MEMORY_WRITABLE);
    memory_share(r.value, CHILD_ORDERS, 1, MEMORY_WRITABLE, DESCRIPTOR_ROOT, ORDERS + i * PAGE);
    memory_map(DESCRIPTOR_ROOT, WINDOW, 1, MEMORY_WRITABLE);
    *(volatile uint32_t *)WINDOW = word;
    memory_share(r.value, OWN, 1, MEMORY_WRITABLE, DESCRIPTOR_ROOT, WINDOW);
    memory_unmap(DESCRIPTOR_ROOT, WINDOW, 1);
    program_run(r.value, &info->module[1], info);
}

static void
report_own(void)
{
    uint32_t kept = 0;

    for (unsigned i = 0; i < CHILDREN; i++)
        report("own", "%u", read_in(i, OWN) == challenge.param[i]);
    for (unsigned i = 0; i < CHILDREN; i++)
        order(i, CHILD_WRITE, OWN, challenge.param[i + 4]);
    for (unsigned i = 0; i < CHILDREN; i++)
        kept += read_in(i, OWN) == challenge.param[i + 4];
    report("kept", "%u", kept);
}

/* A page of a process that was full of numbers goes to another one. */
static void
report_zero(void)
{
    uint32_t frame, sum = 0;
    struct memory_view view;

    memory_query(children[0], OWN, 1, &view);
    frame = view.page[0] & MEMORY_FRAME;
    process_delete(children[0]);
    for (uint32_t at = WINDOW; memory_map(DESCRIPTOR_ROOT, at, 1, MEMORY_WRITABLE).error == 0; at += PAGE) {
        memory_query(DESCRIPTOR_ROOT, at, 1, &view);
        if ((view.page[0] & MEMORY_FRAME) != frame)
            continue;
        for (uint32_t i = 0; i < PAGE; i += 4)
            sum |= *(volatile uint32_t *)(at + i);
        report("zero", "%u", sum == 0);
        break;
    }
}

int
main(const struct boot_info *info)
{
    call_by_sysenter = false;
    for (unsigned i = 0; i < CHILDREN; i++)
        make_child(i, info, challenge.param[i]);
    report_own();
    memory_map(DESCRIPTOR_ROOT, WINDOW, 1, MEMORY_WRITABLE);
    memory_share(children[1], OWN + PAGE, 1, MEMORY_WRITABLE, DESCRIPTOR_ROOT, WINDOW);
    order(1, CHILD_WRITE, OWN + PAGE, challenge.param[8]);
    report("shared", "%u", *(volatile uint32_t *)WINDOW == challenge.param[8]);
    report("window", "%u", order(2, CHILD_READ, WINDOW, 0));
    memory_unmap(DESCRIPTOR_ROOT, WINDOW, 1);
    report_zero();
    report_end();
}
