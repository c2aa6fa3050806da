/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What might keep the kernel long with interrupts off, one case a run: its argument tells
 * which.  Each makes ready what it needs, and does it between begin() and end(), where
 * somebody outside counts the instructions of each entry.
 */
#include "door.h"
#include "peer.h"
#include "process.h"
#include "test.h"

#include "abi/memory.h"

#define MANY       1000
#define FUNCTION   CALL_USER_FIRST
#define PAGE       4096u
#define HERE       0x403f0000u /* of 64 pages there, the last 48 want another page table */
#define SERVER_DOOR 1

static char buffer[2][2 * PAGE] __attribute__((aligned(4096)));
static char stacks[MANY][256] __attribute__((aligned(4096)));
static char peer_stack[PAGE] __attribute__((aligned(16)));
static uint32_t door; /* of this process, for threads that wait */

static __attribute__((noinline)) void
begin(void)
{
    __asm__ volatile("");
}

static __attribute__((noinline)) void
end(void)
{
    __asm__ volatile("");
    machine_stop(0);
}

static uint32_t
new_door(void)
{
    return door_create(CALL_MACHINE, false, 0).value;
}

static void
sleep(uint32_t milliseconds)
{
    static uint32_t nobody;

    if (!nobody)
        nobody = new_door();
    receive(nobody, buffer[0], 0, milliseconds);
}

/* Threads of this process, which have come to where they wait when this returns. */
static void
start_many(uint32_t count, void (*function)(void *))
{
    for (uint32_t i = 0; i < count; i++)
        thread_start(function, (void *)i, stacks[i], sizeof(stacks[i]));
    sleep(1);
}

/* A process that owns a door, and runs that.  Answers with its descriptor; `call` is one of the door. */
static uint32_t
start_peer(void (*function)(void *), uint32_t *call)
{
    uint32_t owner = new_door(), process = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
    uint32_t word = descriptor_word(owner, RIGHTS_ALL, DESCRIPTOR_MOVE);

    *call = descriptor_duplicate(owner, RIGHTS_ALL, 0).value;
    process_give(process, &word, 1);
    peer_run(process, function, NULL, peer_stack + sizeof(peer_stack));
    sleep(1);
    return process;
}

static void
receive_all(void *unused)
{
    (void)unused;
    receive_by(true, SERVER_DOOR, buffer[1] + 1, CALL_DATA_MAX, 0);
    for (;;)
        reply_receive_by(true, 0, buffer[1] + 1, call_sizes(CALL_DATA_MAX, 0, 0));
}

static void
send_one(void *unused)
{
    (void)unused;
    send(FUNCTION, door, NULL, 0);
}

static void
receive_with_limit(void *unused)
{
    (void)unused;
    receive(door, NULL, 0, 200);
}

static void
receive_in_hole(void *unused)
{
    (void)unused;
    receive(door, (void *)HERE, 64, 0);
}

static void
wait_there(void *unused)
{
    struct wait_list list = {0, {door}};

    (void)unused;
    wait(&list, 1);
}

/* --- The cases */

static void
map(void)
{
    begin();
    memory_map(DESCRIPTOR_ROOT, HERE, MEMORY_PAGES_MAX, MEMORY_WRITABLE);
}

static void
unmap(void)
{
    memory_map(DESCRIPTOR_ROOT, HERE, MEMORY_PAGES_MAX, MEMORY_WRITABLE);
    begin();
    memory_unmap(DESCRIPTOR_ROOT, HERE, MEMORY_PAGES_MAX);
}

static void
share(void)
{
    memory_map(DESCRIPTOR_ROOT, HERE, MEMORY_PAGES_MAX, MEMORY_WRITABLE);
    begin();
    memory_share(DESCRIPTOR_ROOT, HERE + 0x1000000, MEMORY_PAGES_MAX, MEMORY_WRITABLE, DESCRIPTOR_ROOT, HERE);
}

static void
frames(void)
{
    static struct frame_view view;

    begin();
    frames_query(0, FRAMES_MAX, &view);
}

static void
create(void)
{
    begin();
    process_create();
}

static void
console(void)
{
    static char lines[CALL_DATA_MAX];

    memset(lines, '\n', sizeof(lines));
    begin();
    console_write(lines, sizeof(lines));
}

static void
fault(void)
{
    thread_start((void (*)(void *))HERE, NULL, stacks[0], sizeof(stacks[0]));
    begin();
    yield();
}

/* All that a message can hold, from buffers that lie in two pages each. */
static void
descriptors(void)
{
    enum { COUNT = 255, DATA = 3072 };
    uint32_t call, *words = (uint32_t *)(buffer[0] + 1 + DATA);

    start_peer(receive_all, &call);
    for (uint32_t i = 0; i < COUNT; i++)
        words[i] = descriptor_word(new_door(), RIGHTS_ALL, DESCRIPTOR_MOVE);
    begin();
    send(FUNCTION, call, buffer[0] + 1, call_sizes(CALL_DATA_MAX, DATA, COUNT));
}

static void
limits(void)
{
    door = new_door();
    start_many(MANY, receive_with_limit);
    begin();
    sleep(500);
}

static void
callers(void)
{
    uint32_t owner = new_door();

    door = descriptor_duplicate(owner, RIGHTS_ALL, 0).value;
    start_many(MANY, send_one);
    begin();
    descriptor_close(owner);
}

static void
waiters(void)
{
    uint32_t call;

    door = new_door();
    call = descriptor_duplicate(door, RIGHTS_ALL, 0).value;
    start_many(MANY, wait_there);
    begin();
    descriptor_close(call);
}

/* Receivers whose buffers have gone when something comes for them: none of them can take it. */
static void
receivers(void)
{
    uint32_t call, process = start_peer(receive_all, &call), thread = process_thread(process).value;

    door = new_door();
    process_manager(process, door, RIGHTS_ALL, 0);
    memory_map(DESCRIPTOR_ROOT, HERE, 1, MEMORY_WRITABLE);
    start_many(MANY, receive_in_hole);
    memory_unmap(DESCRIPTOR_ROOT, HERE, 1);
    begin();
    thread_delete(thread);
}

/* Threads in page faults, for which nobody is going to bring the page. */
static void
unanswered(void)
{
    door = new_door();
    process_manager(DESCRIPTOR_ROOT, door, RIGHTS_ALL, 0);
    start_many(MANY / 5, (void (*)(void *))HERE); /* what the kernel prints about them has to fit the line */
    begin();
    descriptor_close(door);
}

/* A process with threads, memory, and doors and descriptors that are the last of their kind. */
static void
process(void)
{
    uint32_t call, process = start_peer(receive_all, &call);

    door = call;
    for (uint32_t i = 0; i < MANY; i++) {
        uint32_t owner = new_door();
        uint32_t words[] = {
            descriptor_word(descriptor_duplicate(owner, RIGHTS_ALL, 0).value, RIGHTS_ALL, DESCRIPTOR_MOVE),
            descriptor_word(new_door(), RIGHTS_ALL, DESCRIPTOR_MOVE),
        };

        process_give(process, words, 2);
        process_thread(process);
    }
    for (uint32_t at = 0; at < MANY; at += MEMORY_PAGES_MAX)
        memory_map(process, HERE + at * PAGE, MEMORY_PAGES_MAX, MEMORY_WRITABLE);
    start_many(MANY / 2, send_one);
    begin();
    process_delete(process);
}

/* A process with a page at the end of each of many page tables. */
static void
sparse(void)
{
    enum { TABLES = 500, TABLE = 1024 * PAGE };
    uint32_t process = process_create().value;

    for (uint32_t i = 0; i < TABLES; i++)
        memory_map(process, 0x10000000 + (i + 1) * TABLE - PAGE, 1, 0);
    begin();
    process_delete(process);
}

/* A process with all the descriptors that there can be. */
static void
full(void)
{
    enum { COUNT = 255 };
    uint32_t process = process_create().value, *words = (uint32_t *)buffer[0];

    door = descriptor_duplicate(new_door(), RIGHTS_ALL, 0).value;
    for (uint32_t i = 0; i < COUNT; i++)
        words[i] = descriptor_word(door, 0, 0);
    while (!process_give(process, words, COUNT).error)
        ;
    begin();
    process_delete(process);
}

static const struct {
    const char *name;
    void (*act)(void);
} cases[] = {
    {"map", map}, {"unmap", unmap}, {"share", share}, {"frames", frames}, {"create", create}, {"console", console},
    {"fault", fault}, {"descriptors", descriptors}, {"limits", limits}, {"callers", callers}, {"waiters", waiters},
    {"receivers", receivers}, {"unanswered", unanswered}, {"process", process}, {"sparse", sparse}, {"full", full},
};

int
main(const struct boot_info *info)
{
    for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        if (strcmp(cases[i].name, test_argument(info)) == 0)
            cases[i].act();
    end();
    return 0;
}
