/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kernel calls cost.  Run with `-icount shift=0`, where the time stamp
 * counter counts instructions; each line on the console is one result:
 * `bench NAME MIN MEAN MAX`.  Arguments: how many rounds, and the only one to
 * measure.
 */
#include "test.h"
// SINCE doors
#include "door.h"
#include "peer.h"
#include "process.h"

#include "abi/memory.h"
// END doors

#define ROUNDS 2000

static uint32_t rounds;
static const char *only; /* "": all */

struct cost {
    uint32_t least, most, sum;
};

static inline uint32_t
now(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return low;
}

static bool
is_wanted(const char *name)
{
    return !*only || strcmp(only, name) == 0;
}

static void
add(struct cost *cost, uint32_t length)
{
    cost->least = length < cost->least ? length : cost->least;
    cost->most = length > cost->most ? length : cost->most;
    cost->sum += length;
}

static void
show(const char *name, const struct cost *cost)
{
    printf("bench %s %u %u.%02u %u\n", name, cost->least, cost->sum / rounds, cost->sum % rounds * 100 / rounds, cost->most);
}

/* `before` is done before each round, and not measured. */
#define MEASURE_AFTER(name, before, what)                \
    do {                                                 \
        struct cost cost = {-1, 0, 0};                   \
                                                         \
        if (!is_wanted(name))                            \
            break;                                       \
        for (uint32_t i = 0; i < rounds; i++) {          \
            uint32_t start;                              \
                                                         \
            before;                                      \
            start = now();                               \
            what;                                        \
            add(&cost, now() - start - empty);           \
        }                                                \
        show(name, &cost);                               \
    } while (0)

#define MEASURE(name, what) MEASURE_AFTER(name, (void)0, what)

// SINCE doors
#define FUNCTION     CALL_USER_FIRST
#define SIZE         2048
#define ECHO(size)   call_sizes(SIZE, size, 0)
#define HOLE         (USER_BASE + 0x300000) /* a page that is not there, in a table that is */

/* What each server is born with. */
#define SERVER_DOOR   1
#define SERVER_CLIENT 2 /* the client's process */
#define SERVER_SELF   3

#define SERVERS 5

static char buffer[2][4096] __attribute__((aligned(4096))); /* the client's, the servers' */
static char stack[SERVERS + 1][4096] __attribute__((aligned(4096)));
static volatile bool over;

/* Replies with as much data as it got. */
static void
echo(void *unused)
{
    struct message m = receive(SERVER_DOOR, buffer[1], SIZE, 0);

    (void)unused;
    for (;;)
        m = reply_receive_by(true, 0, buffer[1], call_sizes(SIZE, call_data_size(m.sizes), 0));
}

/* Replies with nothing, and keeps what descriptors it got. */
static void
keep(void *unused)
{
    (void)unused;
    receive(SERVER_DOOR, buffer[1], SIZE, 0);
    for (;;)
        reply_receive_by(true, 0, buffer[1], call_sizes(SIZE, 0, 0));
}

static void
refuse(void *unused)
{
    (void)unused;
    receive(SERVER_DOOR, buffer[1], SIZE, 0);
    for (;;)
        send_by(true, CALL_REPLY_ERROR_RECEIVE, 1, buffer[1], call_sizes(SIZE, 0, 0));
}

/* Three calls where others make one. */
static void
answer_later(void *unused)
{
    (void)unused;
    for (;;) {
        receive_by(true, SERVER_DOOR, buffer[1], SIZE, 0);
        send_by(true, CALL_ANSWER, send_by(true, CALL_PARK, 0, NULL, 0).value, NULL, 0);
    }
}

/* Puts a page of its own where the client misses one. */
static void
bring(void *unused)
{
    (void)unused;
    receive(SERVER_DOOR, buffer[1], SIZE, 0);
    for (;;) {
        memory_share(SERVER_CLIENT, HOLE, 1, MEMORY_WRITABLE, SERVER_SELF, (uint32_t)buffer[1]);
        reply_receive_by(true, 0, buffer[1], call_sizes(SIZE, 0, 0));
    }
}

/* A process that runs it, on that stack.  Answers with a descriptor of its door. */
static uint32_t
serve_with(void (*server)(void *), uint32_t number)
{
    uint32_t owner = door_create(CALL_MACHINE, false, 0).value, process = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
    uint32_t door = descriptor_duplicate(owner, RIGHTS_ALL, 0).value;
    const uint32_t words[] = {
        descriptor_word(owner, RIGHTS_ALL, DESCRIPTOR_MOVE),
        descriptor_word(DESCRIPTOR_ROOT, RIGHTS_ALL, 0),
        descriptor_word(process, RIGHTS_ALL, 0),
    };

    process_give(process, words, 3);
    peer_run(process, server, NULL, stack[number + 1]);
    yield();
    return door;
}

static void
yield_back(void *unused)
{
    (void)unused;
    while (!over)
        call_sysenter(CALL_YIELD, CALL_SELF, NULL, 0);
}

/* To another thread and back. */
static void
measure_yield(uint32_t empty)
{
    thread_start(yield_back, NULL, stack[SERVERS], sizeof(stack[SERVERS]));
    MEASURE("yield", call_sysenter(CALL_YIELD, CALL_SELF, NULL, 0));
    over = true;
    yield();
}

static void
measure_calls(uint32_t empty)
{
    uint32_t door = serve_with(echo, 0), *descriptor = (uint32_t *)(buffer[0] + 64);

    MEASURE("call-0", send_by(true, FUNCTION, door, buffer[0], ECHO(0)));
    MEASURE("call-64", send_by(true, FUNCTION, door, buffer[0], ECHO(64)));
    MEASURE("call-2048", send_by(true, FUNCTION, door, buffer[0], ECHO(2048)));
    *descriptor = descriptor_word(door, RIGHTS_ALL, 0);
    door = serve_with(keep, 1);
    MEASURE("call-desc", send_by(true, FUNCTION, door, buffer[0], call_sizes(SIZE, 64, 1)));
    door = serve_with(refuse, 2);
    MEASURE("call-error", send_by(true, FUNCTION, door, buffer[0], ECHO(0)));
    door = serve_with(answer_later, 3);
    MEASURE("call-park", send_by(true, FUNCTION, door, buffer[0], ECHO(0)));
}

static void
measure_faults(uint32_t empty)
{
    process_manager(DESCRIPTOR_ROOT, serve_with(bring, 4), RIGHTS_ALL, 0);
    MEASURE_AFTER("fault-resume", memory_unmap(DESCRIPTOR_ROOT, HOLE, 1), (void)*(volatile char *)HOLE);
}

// END doors
static uint32_t
number(const char **text)
{
    uint32_t value = 0;

    for (; **text >= '0' && **text <= '9'; ++*text)
        value = value * 10 + **text - '0';
    return value;
}

int
main(const struct boot_info *info)
{
    uint32_t start = now(), empty = now() - start, given;

    only = test_argument(info);
    given = number(&only);
    rounds = given ? given : ROUNDS;
    only += *only == ' ';
    if (info->sysenter)
        MEASURE("null-call", call_sysenter(CALL_CLOCK, CALL_SELF, NULL, 0));
    MEASURE("null-call-int", call_int(CALL_CLOCK, CALL_SELF, NULL, 0));
    MEASURE("yield-alone", call_int(CALL_YIELD, CALL_SELF, NULL, 0));
    // SINCE doors
    if (info->sysenter) {
        measure_yield(empty);
        measure_calls(empty);
        measure_faults(empty);
    }
    // END doors
    machine_stop(0);
}
