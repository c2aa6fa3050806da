/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A manager that answers page faults with pages (abi/door.h, MESSAGE_FAULT), and with all that is none: each bad
 * reply is refused, changes nothing, and is still owed.
 */
#include "actor.h"

#include "abi/memory.h"
#include "process.h"

#define PAGE   4096u
#define AT     0x20000000u /* in the process that faults */
#define SOURCE 0x30000000u /* in another: a page, one that may only be read, and nothing */
#define SCREEN 0x38000000u /* the same, of a device */
#define VGA    0xb8000u
#define MARK   0x5eed0000u

static uint32_t process, other, door;
static struct actor first, second, third, boxed;
static uint32_t buffer[64];

static void
writes(void *argument)
{
    struct actor *a = argument;

    *(volatile uint32_t *)a->word[0] = MARK | a->word[2];
    if (a->word[1])
        *(volatile uint32_t *)a->word[1] = MARK | a->word[2];
    a->done = true;
}

static void
traps(void *argument)
{
    struct actor *a = argument;

    clock_milliseconds();
    a->done = true;
}

static void
start(struct actor *a, uint32_t address, uint32_t then, uint32_t mark)
{
    a->word[0] = address;
    a->word[1] = then;
    a->word[2] = mark;
    actor_start(a, process, writes);
}

/* The next thread that cannot go on; that threads end is heard of, too. */
static void
receive_stopped(void)
{
    while (receive(door, buffer, sizeof(buffer), 0).function == MESSAGE_THREAD_ENDED)
        ;
}

static uint32_t
is_mapped(uint32_t address)
{
    static struct memory_view view;

    memory_query(process, address, 1, &view);
    return view.page[0] & (MEMORY_MAPPED | MEMORY_WRITABLE);
}

static const struct memory_share good = {{AT, 1, MEMORY_WRITABLE}, 0, SOURCE};

static void
fill(struct memory_share share)
{
    if (!share.source)
        share.source = other;
    memcpy(buffer, &share, sizeof(share));
}

/* What REPLY and REPLY_RECEIVE say to it, and what is mapped then. */
static void
refused(const char *name, struct memory_share share, uint32_t sizes)
{
    uint32_t free = frames_free(), error;
    struct message m;

    fill(share);
    error = reply(0, buffer, sizes).error;
    fill(share);
    m = reply_receive(0, buffer, sizes);
    report(name, "%x %x %u %u %d", error, m.function == CALL_INVALID ? m.cookie : 0, is_mapped(AT), is_mapped(AT + PAGE),
           (int)(free - frames_free()));
}

#define REFUSED(name, ...)                                              \
    do {                                                                \
        struct memory_share share = good;                               \
        __VA_ARGS__;                                                    \
        refused(name, share, call_sizes(sizeof(buffer), sizeof(share), 0)); \
    } while (0)

static void
bad_ranges(void)
{
    REFUSED("address.zero", share.to.address = 0);
    REFUSED("address.odd", share.to.address = AT + 4);
    REFUSED("address.kernel", share.to.address = KERNEL_BASE);
    REFUSED("address.mapped", share.to.address = USER_BASE);
    REFUSED("pages.none", share.to.pages = 0);
    REFUSED("pages.many", share.to.pages = MEMORY_PAGES_MAX + 1);
    REFUSED("pages.wrap", share.to.pages = 0xffffffff);
    REFUSED("flags", share.to.flags = MEMORY_MAPPED | MEMORY_WRITABLE);
    REFUSED("from.absent", share.from = SOURCE + 2 * PAGE);
    REFUSED("from.end", share.to.pages = 3, share.to.flags = 0);
    REFUSED("from.odd", share.from = SOURCE + 1);
    REFUSED("from.kernel", share.from = KERNEL_BASE);
    REFUSED("from.device", share.from = SCREEN, share.to.flags = 0);
    REFUSED("from.read", share.from = SOURCE + PAGE);
}

static void
bad_sources(void)
{
    uint32_t read = descriptor_duplicate(other, RIGHT_READ, 0).value, write = descriptor_duplicate(other, RIGHT_WRITE, 0).value;
    uint32_t dead = process_create().value, copy = descriptor_duplicate(dead, RIGHTS, 0).value;

    memory_map(dead, SOURCE, 1, MEMORY_WRITABLE);
    process_delete(dead);
    settle();
    REFUSED("source.none", share.source = 200);
    REFUSED("source.beyond", share.source = 0xffffffff);
    REFUSED("source.machine", share.source = CALL_MACHINE);
    REFUSED("source.door", share.source = door);
    REFUSED("source.dead", share.source = copy);
    REFUSED("source.read", share.source = read);
    REFUSED("source.write", share.source = write);
}

static void
bad_messages(void)
{
    refused("size.less", good, call_sizes(sizeof(buffer), sizeof(good) - 1, 0));
    refused("size.more", good, call_sizes(sizeof(buffer), sizeof(good) + 1, 0));
    refused("size.descriptor", good, call_sizes(sizeof(buffer), sizeof(good), 1));
    report("buffer.absent", "%x", reply(0, (void *)AT, call_sizes(PAGE - 1, sizeof(good), 0)).error);
    report("buffer.kernel", "%x", reply(0, (void *)KERNEL_BASE, call_sizes(PAGE - 1, sizeof(good), 0)).error);
}

/* One after the other, by each of the calls that reply. */
static void
give(void)
{
    const uint32_t sizes = call_sizes(sizeof(buffer), sizeof(good), 0);
    struct memory_share share = good;
    struct message m;
    uint32_t parked;

    fill(share);
    report("reply", "%x", reply(0, buffer, sizes).error);
    settle();
    report("reply.done", "%u %u %x", first.done, is_mapped(AT), *(uint32_t *)SOURCE);

    start(&second, AT + PAGE, AT + 2 * PAGE, 2);
    receive_stopped();
    share.to.address = AT + PAGE;
    fill(share);
    m = reply_receive(0, buffer, sizes);
    report("receive", "%x %x %x", m.function, buffer[2], *(uint32_t *)SOURCE);
    parked = park(0).value;
    share.from = SOURCE + 2 * PAGE;
    fill(share);
    report("answer.bad", "%x", answer(parked, buffer, sizes).error);
    share.from = SOURCE;
    share.to.address = AT + 2 * PAGE;
    fill(share);
    report("answer", "%x", answer(parked, buffer, sizes).error);
    settle();
    report("answer.done", "%u %u", second.done, is_mapped(AT + 2 * PAGE));
}

/* More pages than the one, to be read: a write faults again. */
static void
give_more(void)
{
    struct memory_share share = {{AT + 8 * PAGE, 2, 0}, 0, SOURCE};
    struct fault_message *fault = (struct fault_message *)buffer;

    start(&third, AT + 8 * PAGE, 0, 3);
    receive_stopped();
    fill(share);
    reply_receive(0, buffer, call_sizes(sizeof(buffer), sizeof(share), 0));
    report("more", "%u %u %u", fault->present, is_mapped(AT + 8 * PAGE), is_mapped(AT + 9 * PAGE));
    reply_error(1);
}

/* A system call in a sandbox is no page fault. */
static void
give_trap(void)
{
    actor_start(&boxed, process, traps);
    thread_stop(boxed.thread);
    thread_sandbox(boxed.thread, door, 0);
    thread_run(boxed.thread);
    receive_stopped();
    refused("trap", (struct memory_share){{AT + 16 * PAGE, 1, 0}, 0, SOURCE}, call_sizes(sizeof(buffer), sizeof(good), 0));
    report("trap.mapped", "%u", is_mapped(AT + 16 * PAGE));
}

int
main(const struct boot_info *info)
{
    (void)info;
    process = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
    process_thread(process); /* so that it does not end with the others */
    other = process_create().value;
    door = door_create(CALL_MACHINE, false, 0).value;
    process_manager(process, door, RIGHTS_ALL, 0);
    memory_map(DESCRIPTOR_ROOT, SOURCE, 2, MEMORY_WRITABLE);
    memory_share(other, SOURCE, 1, MEMORY_WRITABLE, DESCRIPTOR_ROOT, SOURCE);
    memory_share(other, SOURCE + PAGE, 1, 0, DESCRIPTOR_ROOT, SOURCE + PAGE);
    memory_device(other, SCREEN, 1, 0, VGA);
    start(&first, AT, 0, 1);
    receive_stopped();
    bad_ranges();
    bad_sources();
    bad_messages();
    give();
    give_more();
    give_trap();
    report_end();
}
