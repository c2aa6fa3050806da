/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame.c against the oracle: any memory map, then any order of calls.
 *
 * Memory is open to the kernel where it may write: RAM while it looks for a
 * place for its table, then the table, and frames as long as they are free.
 */
#include "boot.h"
#include "oracle.h"

#include <string.h>

#define DRAIN 4096 /* frames at most, in a machine with a lot of memory */

static struct boot boot;
static struct oracle oracle;
static paddr_t held[DRAIN + 1]; /* frames that were given out, in any order */
static uint32_t holding;

/* As it is when a run begins; RAM may end within a page. */
static void
close_all(void)
{
    uint32_t pages = oracle_pages(&boot) + 1;

    host_close(0, (pages < PAGES ? pages : PAGES) * PAGE_SIZE);
}

static void
open_ram(paddr_t kernel_end)
{
    for (uint32_t i = 0; i < boot.memories; i++)
        if (boot.memory[i].ram)
            host_open(boot.memory[i].region.start, boot.memory[i].region.end);
    for (uint32_t i = 0; i < boot.memories; i++)
        if (!boot.memory[i].ram)
            host_close(boot.memory[i].region.start, boot.memory[i].region.end);
    for (uint32_t i = 0; i < boot.modules; i++)
        host_close(boot.module[i].start, boot.module[i].end);
    host_close(0, PAGE_SIZE);
    host_close(KERNEL_START, kernel_end);
}

/* Nothing but the table, and the frames that may be given out. */
static void
open_frames(paddr_t table)
{
    close_all();
    host_open(table, table + oracle.pages * TABLE_ENTRY);
    for (uint32_t i = 0; i < oracle.pages; i++)
        if (oracle.kind[i] == RAM)
            host_open(i * PAGE_SIZE, (i + 1) * PAGE_SIZE);
}

static void
check_users(paddr_t address)
{
    uint32_t users = frame_references(address);

    expect(users == oracle_users(&oracle, address), "frame %08x has %x users and not %x", address, users,
           oracle_users(&oracle, address));
    expect(frames_free == oracle.free, "%u frames are free and not %u", frames_free, oracle.free);
}

static void
check_all(void)
{
    for (uint32_t i = 0; i < oracle.pages; i++)
        check_users(i * PAGE_SIZE);
    check_users(oracle.pages * PAGE_SIZE);
    check_users(-1);
}

/* What the kernel gives out is zero, although all of memory was dirty; it is used, and closed to the kernel. */
static bool
take_frame(void)
{
    static const char zeros[PAGE_SIZE];
    paddr_t frame = frame_new();

    expect((frame == 0) == (oracle.free == 0), "frame %08x when %u are free", frame, oracle.free);
    if (frame == 0)
        return false;
    expect(oracle_users(&oracle, frame) == 0 && frame % PAGE_SIZE == 0, "frame %08x is not free", frame);
    expect(memcmp(host_memory(frame), zeros, PAGE_SIZE) == 0, "frame %08x is not zero", frame);
    memset(host_memory(frame), DIRT, PAGE_SIZE);
    host_close(frame, frame + PAGE_SIZE);
    oracle.free--;
    oracle.users[frame / PAGE_SIZE] = 1;
    held[holding++] = frame;
    check_users(frame);
    return true;
}

static void
hold_frame(paddr_t frame)
{
    frame_hold(frame);
    oracle.users[frame / PAGE_SIZE]++;
    check_users(frame);
}

static void
release_frame(uint32_t i)
{
    paddr_t frame = held[i];
    bool last = oracle.users[frame / PAGE_SIZE] == 1;

    if (last) {
        host_open(frame, frame + PAGE_SIZE);
        held[i] = held[--holding];
    }
    oracle.users[frame / PAGE_SIZE]--;
    oracle.free += last;
    expect(frame_release(frame) == last, "frame %08x is free or not: %u users are left", frame,
           oracle.users[frame / PAGE_SIZE]);
    check_users(frame);
}

/* As a process does that is shown a module, and unmaps it. */
static void
use_module(paddr_t frame)
{
    hold_frame(frame);
    oracle.users[frame / PAGE_SIZE]--;
    expect(!frame_release(frame), "module at %08x is freed", frame);
    check_users(frame);
}

static void
release(const void *frame)
{
    frame_release(*(const paddr_t *)frame);
}

static void
use_any(paddr_t address)
{
    paddr_t frame = page_down(address);

    check_users(address);
    if (oracle_users(&oracle, frame) == 0)
        expect(host_try(release, &frame) == PANICKED, "frame %08x is freed twice", frame);
    else if (frame / PAGE_SIZE < oracle.pages && oracle.kind[frame / PAGE_SIZE] == MODULE)
        use_module(frame);
    check_users(address);
}

/* An even kind is about a frame that was given out: its number follows. */
static void
step(struct input *in)
{
    uint32_t kind = take(in, 1);
    uint32_t which = take(in, 2);

    if (kind % 8 == 7)
        use_any((uint64_t)which * (oracle.pages + 1) * PAGE_SIZE >> 16);
    else if (kind % 2 || holding == 0)
        for (uint32_t i = kind / 16; holding < DRAIN && take_frame() && i; i--)
            continue;
    else if (kind % 8 == 0)
        hold_frame(held[which % holding]);
    else
        release_frame(which % holding);
}

static void
init(const void *record)
{
    frame_init(record);
}

/* The kernel boots, unless it has no room. */
static bool
start(paddr_t kernel_end)
{
    open_ram(kernel_end);
    host_kernel_end = host_memory(kernel_end);
    if (host_try(init, &boot) == REFUSED) {
        expect(!oracle_room(&boot, kernel_end), "it refuses to boot");
        return false;
    }
    expect(oracle_place(&boot, kernel_end, host_table(), oracle_pages(&boot) * TABLE_ENTRY), "table at %08x",
           host_table());
    oracle_start(&oracle, &boot, kernel_end, host_table());
    open_frames(host_table());
    check_all();
    return true;
}

static void
run(struct input *in)
{
    while (in->at < in->end)
        step(in);
    check_all();
    while (holding < DRAIN && take_frame())
        continue;
    check_all();
    if (holding)
        release_frame(0);
    memset(host_memory(host_table()), DIRT, oracle.pages * TABLE_ENTRY);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};
    paddr_t kernel_end = take_boot(&in, &boot);

    holding = 0;
    if (start(kernel_end))
        run(&in);
    host_forget();
    close_all();
    return 0;
}
