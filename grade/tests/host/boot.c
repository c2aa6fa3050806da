/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A boot record out of an input: such as multiboot.c would leave it for a
 * loader that tells anything at all.
 */
#include "boot.h"

#define LOW_END    0xa0000u
#define KERNEL_MAX (256u << 10)

/* A few MiB, so that a run is short; only a long input has all that the kernel can reach. */
static paddr_t
take_top(struct input *in)
{
    uint32_t size = take(in, 1);

    return in->end - in->at > LONG_INPUT ? DIRECT_SIZE : KERNEL_START + size * size * 128 + take(in, 1);
}

static paddr_t
limit(paddr_t address, paddr_t top)
{
    return address < top ? address : top;
}

static struct boot_region
take_region(struct input *in, paddr_t kernel_end, paddr_t top, paddr_t last)
{
    const uint32_t places[] = {top, kernel_end, last, LOW_END, KERNEL_START, 0, KERNEL_START + top / 8, top / 2};
    paddr_t a = limit(take_near(in, places, 8), top);
    paddr_t b = limit(take_near(in, (uint32_t[]){a, a, top, kernel_end}, 4), top);

    return a < b ? (struct boot_region){a, b} : (struct boot_region){b, a};
}

static void
add(struct boot *boot, paddr_t start, paddr_t end, bool ram)
{
    if (boot->memories < BOOT_MEMORIES)
        boot->memory[boot->memories++] = (struct boot_memory){{start, end}, ram};
}

/* One more entry of the map, or a module, which multiboot.c sees to it lies not over the kernel. */
static paddr_t
take_entry(struct input *in, struct boot *boot, paddr_t kernel_end, paddr_t top, paddr_t last)
{
    uint32_t kind = take(in, 1) % 4;
    struct boot_region r = take_region(in, kernel_end, kind < 2 ? top : limit(top * 2, DIRECT_SIZE), last);

    if (kind != 3)
        add(boot, r.start, r.end, kind < 2);
    else if (boot->modules < BOOT_MODULES && (r.start >= kernel_end || r.end <= KERNEL_START))
        boot->module[boot->modules++] = r;
    return r.end;
}

/* Mostly with the RAM of a PC, before or behind what else there is. */
paddr_t
take_boot(struct input *in, struct boot *boot)
{
    uint32_t how = take(in, 1), entries = how >= 192 ? take(in, 1) % 80 : how & 7;
    paddr_t kernel_end = KERNEL_START + 1 + take(in, 2) * (KERNEL_MAX >> 16);
    paddr_t top = take_top(in), last = kernel_end;

    boot->memories = boot->modules = 0;
    if (how & 8)
        add(boot, 0, LOW_END - how / 64, true);
    if (how & 16)
        add(boot, KERNEL_START, top, true);
    while (entries--)
        last = take_entry(in, boot, kernel_end, top, last);
    if (how & 32)
        add(boot, KERNEL_START, top, true);
    return kernel_end;
}
