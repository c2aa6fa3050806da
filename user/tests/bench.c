/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kernel calls cost.  Run with `-icount shift=0`, where the time stamp
 * counter counts instructions; each line on the console is one result:
 * `bench NAME MIN MEAN MAX`.
 */
#include "call.h"
// SINCE doors
#include "door.h"
#include "peer.h"
// END doors
#include "text.h"

#define ROUNDS 2000

static inline uint32_t
now(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return low;
}

#define MEASURE(name, what)                                                             \
    do {                                                                                \
        uint32_t least = -1, most = 0, sum = 0;                                         \
                                                                                        \
        for (int i = 0; i < ROUNDS; i++) {                                              \
            uint32_t start = now(), length;                                             \
                                                                                        \
            what;                                                                       \
            length = now() - start - empty;                                             \
            least = length < least ? length : least;                                    \
            most = length > most ? length : most;                                       \
            sum += length;                                                              \
        }                                                                               \
        printf("bench %s %u %u.%02u %u\n", name, least, sum / ROUNDS, sum % ROUNDS * 100 / ROUNDS, most);\
    } while (0)

// SINCE doors
static uint32_t client_door; /* the server's number of its door is 1 */
static char buffer[2][4096] __attribute__((aligned(4096)));
static char stack[4096] __attribute__((aligned(16)));

#define SERVER_DOOR  1
#define FUNCTION     CALL_USER_FIRST
#define ECHO(size)   call_sizes(2048, size, 0)

/* Replies with as much data as it got. */
static void
server(void *argument)
{
    struct message m = receive(SERVER_DOOR, buffer[1], 2048, 0);

    (void)argument;
    for (;;)
        m = reply_receive_by(true, 0, buffer[1], call_sizes(2048, call_data_size(m.sizes), 0));
}

static void
start_server(void)
{
    uint32_t owner = door_create(CALL_MACHINE, false, 0).value, process = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
    uint32_t word = descriptor_word(owner, RIGHTS_ALL, DESCRIPTOR_MOVE);

    client_door = descriptor_duplicate(owner, RIGHTS_ALL, 0).value;
    process_give(process, &word, 1);
    peer_run(process, server, NULL, stack + sizeof(stack));
    yield();
}

static void
measure_calls(uint32_t empty)
{
    start_server();
    MEASURE("call-0", send_by(true, FUNCTION, client_door, buffer[0], ECHO(0)));
    MEASURE("call-64", send_by(true, FUNCTION, client_door, buffer[0], ECHO(64)));
    MEASURE("call-2048", send_by(true, FUNCTION, client_door, buffer[0], ECHO(2048)));
}

// END doors
int
main(const struct boot_info *info)
{
    uint32_t start = now(), empty = now() - start;

    if (info->sysenter)
        MEASURE("null-call", call_sysenter(CALL_CLOCK, CALL_SELF, NULL, 0));
    MEASURE("null-call-int", call_int(CALL_CLOCK, CALL_SELF, NULL, 0));
    MEASURE("yield-alone", call_int(CALL_YIELD, CALL_SELF, NULL, 0));
    // SINCE doors
    if (info->sysenter)
        measure_calls(empty);
    // END doors
    machine_stop(0);
}
