/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Brings memory to another process when that one touches it: it is told of each page
 * fault in a message, and its reply lets the process go on.  A page that is to be all zeros is new;
 * one that the pager keeps is shared until it is written to, and then copied.
 */
#include "door.h"
#include "process.h"
#include "story.h"
#include "text.h"

#include "abi/memory.h"

#define DOOR 1
#define LAZY 2
#define SELF 3

#define PAGE       4096u
#define WINDOW     0x40000000u /* of the pager: where it fills pages */
#define PAGE_FAULT 14

static uint8_t kept[LAZY_PAGES * PAGE] __attribute__((aligned(4096)));

static struct {
    uint32_t zeros, shared, copied;
} count;

/* Which page of those at `start` is meant; -1 for none. */
static int
page_of(const struct fault_message *f, uint32_t start)
{
    uint32_t offset = f->address - start;

    return f->vector == PAGE_FAULT && offset < LAZY_PAGES * PAGE ? (int)(offset / PAGE) : -1;
}

/* The process has a page for itself in place of the shared one. */
static uint32_t
copy(uint32_t address, const uint8_t *page, bool present)
{
    uint32_t error = memory_map(SELF, WINDOW, 1, MEMORY_WRITABLE).error;

    if (error)
        return error;
    memcpy((void *)WINDOW, page, PAGE);
    if (present)
        memory_unmap(LAZY, address, 1);
    error = memory_share(LAZY, address, 1, MEMORY_WRITABLE, SELF, WINDOW).error;
    memory_unmap(SELF, WINDOW, 1);
    count.copied++;
    return error;
}

static uint32_t
share(uint32_t address, const uint8_t *page)
{
    count.shared++;
    return memory_share(LAZY, address, 1, 0, SELF, (uint32_t)page).error;
}

/* Brings the page.  An error if that is not what is missing. */
static uint32_t
bring(const struct fault_message *f)
{
    int other = page_of(f, LAZY_KEPT);
    uint32_t address = f->address & -PAGE;

    if (page_of(f, LAZY_ZEROS) >= 0 && !f->present) {
        count.zeros++;
        return memory_map(LAZY, address, 1, MEMORY_WRITABLE).error;
    }
    if (other < 0)
        return ERR_ADDRESS;
    if (f->access == FAULT_WRITE)
        return copy(address, kept + other * PAGE, f->present);
    return share(address, kept + other * PAGE);
}

static void
keep(void)
{
    for (uint32_t i = 0; i < sizeof(kept); i++)
        kept[i] = kept_byte(i);
}

static bool
is_kept(void)
{
    for (uint32_t i = 0; i < sizeof(kept); i++)
        if (kept[i] != kept_byte(i))
            return false;
    return true;
}

/* Until the process ends. */
int
main(const struct boot_info *info)
{
    struct fault_message f;
    struct message m;

    (void)info;
    keep();
    while ((m = receive(DOOR, &f, sizeof(f), 0)).function == MESSAGE_FAULT)
        if (bring(&f))
            reply_error(1);
        else
            reply(m.cookie, NULL, 0);
    printf("pager:  %u page faults: %u new pages of zeros, %u shared, %u copied when written\n",
           count.zeros + count.shared + count.copied, count.zeros, count.shared, count.copied);
    printf("pager:  what I keep is %s\n", is_kept() ? "as it was" : "SPOILED");
    return 0;
}
