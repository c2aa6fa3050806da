/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frames of RAM: which are free, and how many use each of the others.
 *
 * A table holds one struct page_frame for every 4 KiB from physical address 0 up.
 * A frame is free, and then in the list of the free ones, exactly when its
 * references are 0.  A reference is an entry in a page table, a process that
 * has it as page directory or object, or the kernel's own claim; there is room
 * for fewer entries in all of memory than a reference count can hold.
 */
#include "paging.h"

struct page_frame {
    uint32_t references; /* or FRAME_NO_RAM */
    uint32_t next;       /* in the free list: number of a frame, 0 at its end */
};

static struct page_frame *frames;
static uint32_t frame_count;
static uint32_t first_free; /* frame 0 is never free, so 0 stands for none */

uint32_t frames_free; /* how many */

extern char kernel_end[];

static bool
overlap(struct boot_region a, struct boot_region b)
{
    return a.start < b.end && b.start < a.end;
}

static bool
inside(struct boot_region a, struct boot_region b)
{
    return a.start >= b.start && a.end <= b.end;
}

/* Is all of `r` RAM, and none of it a module's? */
static bool
unused(const struct boot *boot, struct boot_region r)
{
    bool ram = false;

    for (uint32_t i = 0; i < boot->memories; i++)
        if (boot->memory[i].ram)
            ram |= inside(r, boot->memory[i].region);
        else if (overlap(r, boot->memory[i].region))
            return false;
    for (uint32_t i = 0; i < boot->modules; i++)
        if (overlap(r, boot->module[i]))
            return false;
    return ram;
}

/* A place for the table: behind the kernel, or behind a module. */
static struct boot_region
find_place(const struct boot *boot, uint32_t size)
{
    struct boot_region r = {page_up(physical(kernel_end)), page_up(physical(kernel_end)) + size};

    for (uint32_t i = 0; r.start < physical(kernel_end) || !unused(boot, r); i++) {
        if (i == boot->modules)
            boot_refuse("too little memory: no %u KiB for the table of frames", size >> 10);
        r.start = page_up(boot->module[i].end);
        r.end = r.start + size;
    }
    return r;
}

static uint32_t
count_frames(const struct boot *boot)
{
    paddr_t end = 0;

    for (uint32_t i = 0; i < boot->memories; i++)
        if (boot->memory[i].ram && boot->memory[i].region.end > end)
            end = boot->memory[i].region.end;
    return end / PAGE_SIZE;
}

/* All frames that lie wholly in `r` are RAM, and nobody's yet. */
static void
add_ram(struct boot_region r)
{
    // SOLUTION paging.1
    // | /* TODO paging.1 */
    // | (void)r;
    for (uint32_t i = page_up(r.start) / PAGE_SIZE; i < r.end / PAGE_SIZE; i++)
        frames[i].references = 0;
    // END paging.1
}

/* All frames of which `r` holds even one byte are the kernel's, or no RAM: as `references` says. */
static void
claim(struct boot_region r, uint32_t references)
{
    // SOLUTION paging.1
    // | /* TODO paging.1: mind that the region may go on behind the table. */
    // | (void)r, (void)references;
    uint32_t end = page_up(r.end) / PAGE_SIZE;

    for (uint32_t i = r.start / PAGE_SIZE; i < end && i < frame_count; i++)
        frames[i].references = references;
    // END paging.1
}

/* Fills the table from the memory map; what the map says is no RAM wins over what it says is. */
static void
read_map(const struct boot *boot)
{
    for (uint32_t i = 0; i < frame_count; i++)
        frames[i].references = FRAME_NO_RAM;
    for (uint32_t i = 0; i < boot->memories; i++)
        if (boot->memory[i].ram)
            add_ram(boot->memory[i].region);
    for (uint32_t i = 0; i < boot->memories; i++)
        if (!boot->memory[i].ram)
            claim(boot->memory[i].region, FRAME_NO_RAM);
}

/* Puts every frame without a user in the free list, the lowest first. */
static void
free_the_rest(void)
{
    // SOLUTION paging.1
    // | /* TODO paging.1 */
    // | exercise_stop("paging.1");
    for (uint32_t i = frame_count; i-- > 0;)
        if (frames[i].references == 0) {
            frames[i].next = first_free;
            first_free = i;
            frames_free++;
        }
    // END paging.1
}

/*
 * Takes over all RAM that the kernel, the modules and the table of frames
 * leave.  Refuses to boot when there is no room for the table.
 */
void
frame_init(const struct boot *boot)
{
    struct boot_region table;

    frame_count = count_frames(boot);
    table = find_place(boot, frame_count * sizeof(struct page_frame));
    frames = direct(table.start);
    read_map(boot);
    claim((struct boot_region){0, PAGE_SIZE}, 1);
    claim((struct boot_region){KERNEL_START, physical(kernel_end)}, 1);
    claim(table, 1);
    for (uint32_t i = 0; i < boot->modules; i++)
        claim(boot->module[i], 1);
    free_the_rest();
}

/* A frame of zeros, with one reference; 0 if none is free. */
paddr_t
frame_new(void)
{
    // SOLUTION paging.1
    // | /* TODO paging.1 */
    // | (void)first_free;
    // | return 0;
    uint32_t i = first_free;

    if (i == 0)
        return 0;
    first_free = frames[i].next;
    frames_free--;
    frames[i].references = 1;
    memset(direct(i * PAGE_SIZE), 0, PAGE_SIZE);
    return i * PAGE_SIZE;
    // END paging.1
}

/* One more reference to a frame that has one. */
void
frame_hold(paddr_t frame)
{
    // SOLUTION paging.1
    // | /* TODO paging.1 */
    // | (void)frame;
    frames[frame / PAGE_SIZE].references++;
    // END paging.1
}

/* One reference less.  Answers whether it was the last: then the frame is free. */
bool
frame_release(paddr_t frame)
{
    // SOLUTION paging.1
    // | /* TODO paging.1: a frame that is free already would be a bug of the kernel's: panic(). */
    // | (void)frame;
    // | return false;
    struct page_frame *f = &frames[frame / PAGE_SIZE];

    if (f->references == 0)
        panic("a frame is freed twice");
    if (--f->references > 0)
        return false;
    f->next = first_free;
    first_free = frame / PAGE_SIZE;
    frames_free++;
    return true;
    // END paging.1
}

/* How many use the frame: 0 when it is free, FRAME_NO_RAM when it is none of ours. */
uint32_t
frame_references(paddr_t frame)
{
    return frame / PAGE_SIZE < frame_count ? frames[frame / PAGE_SIZE].references : FRAME_NO_RAM;
}
