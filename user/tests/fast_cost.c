/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a call and its reply cost, between two processes, on a machine where each instruction
 * takes the same time: so the time stamp counter counts instructions.  The grader counts
 * them, too, from `fast_before` to `fast_after`.
 */
#include "actor.h"

#define ROUNDS   30
#define FUNCTION CALL_USER_FIRST
#define ROOM     2048

static uint32_t through, servers_door;
static uint8_t stack[2048] __attribute__((aligned(16)));
static uint8_t mine[4096] __attribute__((aligned(4096))), servers[4096] __attribute__((aligned(4096)));

/* Replies with as many bytes as it gets. */
static void
serves(void *argument)
{
    struct message m = receive_by(true, servers_door, servers, ROOM, 0);

    (void)argument;
    for (;;)
        m = reply_receive_by(true, 0, servers, call_sizes(ROOM, call_data_size(m.sizes), 0));
}

static void
start_server(void)
{
    uint32_t owner = door_create(CALL_MACHINE, false, 0).value, word = descriptor_word(owner, RIGHTS_ALL, DESCRIPTOR_MOVE);
    uint32_t process = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;

    through = descriptor_duplicate(owner, RIGHTS_ALL, 0).value;
    servers_door = process_give(process, &word, 1).value;
    peer_run(process, serves, NULL, stack + sizeof(stack));
    settle();
}

static __attribute__((noinline)) struct reply
one_call(uint32_t sizes)
{
    struct reply r;

    __asm__ volatile(".globl fast_before\nfast_before:");
    r = send_by(true, FUNCTION, through, mine, sizes);
    __asm__ volatile(".globl fast_after\nfast_after:");
    return r;
}

/* The least of some rounds: in the others the timer may have struck. */
static void
measure(uint32_t size)
{
    uint32_t least = -1, good = 0;

    for (int i = 0; i < ROUNDS; i++) {
        uint64_t start = rdtsc();
        struct reply r = one_call(call_sizes(ROOM, size, 0));
        uint32_t passed = rdtsc() - start;

        least = passed < least ? passed : least;
        good += r.sizes == call_sizes(0, size, 0);
    }
    report("cost", "%u %u %u", size, least, good);
}

int
main(const struct boot_info *info)
{
    report("sysenter", "%u", info->sysenter);
    start_server();
    measure(0);
    measure(8);
    measure(64);
    measure(ROOM);
    report_end();
}
