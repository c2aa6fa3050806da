/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manager reads and writes the memory of processes.
 */
#include "pm.h"

#include "abi/memory.h"

/* One page of `p` appears in the manager's window; and is brought first, if it is not there. */
static uint32_t
open_page(struct process *p, uint32_t address, uint32_t flags)
{
    struct result r = memory_share(DESCRIPTOR_ROOT, WINDOW, 1, flags, p->descriptor, address & -PAGE);

    if (r.error == ERR_ABSENT) {
        uint32_t error = region_bring(p, address);

        if (error)
            return error;
        r = memory_share(DESCRIPTOR_ROOT, WINDOW, 1, flags, p->descriptor, address & -PAGE);
    }
    return r.error ? ERR_RANGE : 0;
}

/* Into pages of regions that there are.  0, or an error; then some of it may have been written. */
uint32_t
memory_write(struct process *p, uint32_t address, const void *from, uint32_t size)
{
    for (uint32_t done = 0; done < size;) {
        uint32_t at = address + done, some = least(size - done, PAGE - at % PAGE), error = open_page(p, at, MEMORY_WRITABLE);

        if (error)
            return error;
        memcpy((char *)WINDOW + at % PAGE, (const char *)from + done, some);
        memory_unmap(DESCRIPTOR_ROOT, WINDOW, 1);
        done += some;
    }
    return 0;
}

/* As memory_write(). */
uint32_t
memory_read(struct process *p, void *to, uint32_t address, uint32_t size)
{
    for (uint32_t done = 0; done < size;) {
        uint32_t at = address + done, some = least(size - done, PAGE - at % PAGE), error = open_page(p, at, 0);

        if (error)
            return error;
        memcpy((char *)to + done, (const char *)WINDOW + at % PAGE, some);
        memory_unmap(DESCRIPTOR_ROOT, WINDOW, 1);
        done += some;
    }
    return 0;
}
