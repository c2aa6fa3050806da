/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's frame.c as it is.  Only what it takes from link.ld differs: the
 * end of the kernel, which an input chooses, and where memory is mapped, as
 * AddressSanitizer has its own things at the kernel's address.
 */
#include "abi/memory.h"

#undef KERNEL_BASE
#define KERNEL_BASE 0x10000000u

#include "host.h"

#define kernel_end (*host_kernel_end)
#include "frame.c"

char kernel_end[]; /* which defines host_kernel_end */

void *
host_memory(paddr_t address)
{
    return direct(address);
}

/* As after power-on. */
void
host_forget(void)
{
    frames = NULL;
    frame_count = first_free = frames_free = 0;
}

paddr_t
host_table(void)
{
    return physical(frames);
}
