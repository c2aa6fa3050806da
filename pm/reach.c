/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manager reads and writes the memory of processes, where it has the pages mapped itself.
 */
#include "vm.h"

/* After ERR_AGAIN: the page that has to come first. */
struct page *reach_awaits;

/* A page of `p` that has never been touched: as a fault would bring it. */
static struct touched
first_touch(struct process *p, uint32_t address)
{
    uint32_t error = region_bring(p, address);

    if (!error && !page_adopt(p, address / PAGE)) {
        memory_unmap(p->descriptor, address & -PAGE, 1);
        p->pages--;
        error = ERR_LIMIT;
    }
    return error ? (struct touched){.outcome = TOUCH_ERROR, .error = error} : private_touch(p, address / PAGE);
}

static struct touched
find(struct process *p, uint32_t address, bool write)
{
    const struct region *r = region_at(p, address);
    struct touched t = private_touch(p, address / PAGE);

    if (t.outcome == TOUCH_NEW)
        t = r && r->object ? touch(p, r, address, write) : first_touch(p, address);
    return t;
}

/* Where the page of this address is.  0, or an error. */
static uint32_t
reach(struct process *p, uint32_t address, bool write, uint8_t **bytes)
{
    struct touched t = find(p, address, write);

    reach_awaits = t.page;
    if (t.outcome == TOUCH_WAIT)
        return ERR_AGAIN;
    if (t.outcome != TOUCH_DONE)
        return t.outcome == TOUCH_ERROR ? t.error : ERR_LIMIT;
    if (write)
        page_dirtied(t.page, true);
    *bytes = (uint8_t *)page_bytes(t.page) + address % PAGE;
    return 0;
}

/* Into pages of regions that there are.  0, or an error; then some of it may have been written. */
uint32_t
memory_write(struct process *p, uint32_t address, const void *from, uint32_t size)
{
    for (uint32_t done = 0, some; done < size; done += some) {
        uint8_t *bytes;
        uint32_t error = reach(p, address + done, true, &bytes);

        if (error)
            return error;
        some = least(size - done, PAGE - (address + done) % PAGE);
        memcpy(bytes, (const char *)from + done, some);
    }
    return 0;
}

/* As memory_write(). */
uint32_t
memory_read(struct process *p, void *to, uint32_t address, uint32_t size)
{
    for (uint32_t done = 0, some; done < size; done += some) {
        uint8_t *bytes;
        uint32_t error = reach(p, address + done, false, &bytes);

        if (error)
            return error;
        some = least(size - done, PAGE - (address + done) % PAGE);
        memcpy((char *)to + done, bytes, some);
    }
    return 0;
}

/* PM_WRITE_CODE, when the pages that it needs have come. */
uint32_t
pm_write_later(struct request *r)
{
    uint32_t error = pm_write_code(r);

    return error == ERR_AGAIN ? sleep_call(&reach_awaits->sleepers, r) : error;
}
