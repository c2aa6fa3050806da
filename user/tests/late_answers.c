/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server that parks what it receives and answers later, in an order that the
 * challenge decides; and what goes wrong with callers and replies meanwhile.
 */
#include "actor.h"

#define CLIENTS  6
#define FUNCTION CALL_USER_FIRST /* client i calls with i * 8 more */
#define ROOM     12              /* bytes that a client has for the reply */

/* Priorities above that of the main thread. */
#define BETWEEN 18
#define HIGH    20

static uint32_t door;
static uint32_t buffer[16];
static uint32_t through[CLIENTS], parked[CLIENTS]; /* descriptors: the client's of the door, and that of its reply */
static struct actor client[CLIENTS], other;

static uint32_t
function(uint32_t i)
{
    return FUNCTION + 8 * i;
}

static void
start(uint32_t i, uint32_t word)
{
    client[i].word[0] = word;
    actor_sends(&client[i], DESCRIPTOR_ROOT, function(i), through[i], ROOM, 4);
}

static void
report_message(const char *name, struct message m)
{
    report(name, "%u %x %x %x", (m.function - FUNCTION) / 8, m.cookie, buffer[0], m.sizes);
}

static void
report_client(const char *name, const struct actor *a)
{
    report(name, "%x %x %x %x", a->r.value, a->r.error, a->r.sizes, a->word[2]);
}

/* --- All clients call, and are parked. */

static void
park_all(void)
{
    report_result("park.nothing", park(0));
    for (uint32_t i = 0; i < CLIENTS; i++) {
        through[i] = descriptor_duplicate(door, RIGHTS_ALL, challenge.param[i]).value;
        start(i, challenge.param[i] + 1);
    }
    for (uint32_t n = 0; n < CLIENTS; n++) {
        struct message m = receive(door, buffer, sizeof(buffer), 0);
        uint32_t i = (m.function - FUNCTION) / 8 % CLIENTS;
        struct result r = park(challenge.param[i] + 2);

        report_message("message", m);
        report("park", "%x %u", r.error, r.value != 0);
        parked[i] = r.value;
    }
    report_result("park.twice", park(0));
    report_result("reply.parked", reply(0, NULL, 0));
}

/* What the server can do while it owes all these answers. */
static void
meanwhile(void)
{
    struct look look;
    struct message m;

    settle();
    report("waiting", "%x", actors_done(client, CLIENTS));
    actor_sends(&other, DESCRIPTOR_ROOT, function(CLIENTS), door, ROOM, 4);
    m = receive(door, buffer, sizeof(buffer), 0);
    report("between", "%x", m.function);
    buffer[0] = challenge.param[6];
    reply(0, buffer, call_sizes(ROOM, 4, 0));
    settle();
    report("between.reply", "%x %x", other.r.value, other.r.error);
    descriptor_look(parked[0], &look);
    report("look", "%u %x %x %x", look.kind, look.rights, look.flags, look.cookie);
    report_result("duplicate", descriptor_duplicate(parked[0], RIGHTS_ALL, 0));
}

/* Answers that fail, and leave things as they were. */
static void
mistakes(void)
{
    report_result("big", answer(parked[0], buffer, call_sizes(sizeof(buffer), ROOM + 4, 0)));
    report_result("address", answer(parked[0], (void *)0xc0000000, call_sizes(ROOM, ROOM, 0)));
    report_result("error.0", answer_error(parked[0], 0));
    report_result("error.ff00", answer_error(parked[0], 0xff00));
    report_result("error.size", kernel_call(CALL_ANSWER_ERROR, parked[0], buffer, 8));
    report_result("door", answer(door, buffer, call_sizes(ROOM, ROOM, 0)));
    settle();
    report("mistakes", "%x", actors_done(client, CLIENTS));
}

/* --- Answers, in the order of the numbers that the challenge has for the clients. */

static uint32_t
next_client(uint32_t done)
{
    uint32_t best = CLIENTS;

    for (uint32_t i = 0; i < CLIENTS; i++)
        if (!(done >> i & 1) && (best == CLIENTS || challenge.param[i] < challenge.param[best]))
            best = i;
    return best;
}

static struct result
answer_client(uint32_t i)
{
    if (i % 3 == 2)
        return answer_error(parked[i], 1 + challenge.param[i] % 0xfe00);
    buffer[0] = challenge.param[i] ^ 1;
    buffer[1] = i ? 0 : 0x77;
    buffer[2] = challenge.param[i] ^ 2;
    return answer(parked[i], buffer, call_sizes(sizeof(buffer), i % 3 ? 4 : ROOM, 0));
}

static void
answer_all(void)
{
    for (uint32_t n = 0, done = 0; n < CLIENTS; n++) {
        uint32_t i = next_client(done);
        struct result r = answer_client(i);

        done |= 1u << i;
        settle();
        report("answer", "%u %x %x %x", i, r.value, r.error, actors_done(client, CLIENTS));
        report_result("again", n % 2 ? answer(parked[i], buffer, call_sizes(ROOM, 4, 0)) : answer_error(parked[i], 5));
    }
    for (uint32_t i = 0; i < CLIENTS; i++)
        report_client("reply", &client[i]);
}

/* A second call shows the cookie that came with PARK. */
static void
call_again(void)
{
    for (uint32_t i = 0; i < CLIENTS; i++) {
        start(i, challenge.param[i] + 3);
        report_message("cookie", receive(door, buffer, sizeof(buffer), 0));
        reply(0, NULL, 0);
        settle();
    }
}

/* --- Callers that end, and replies that are let go. */

/* Client i is parked. */
static void
park_one(uint32_t i)
{
    start(i, 0);
    receive(door, buffer, sizeof(buffer), 0);
    parked[i] = park(0).value;
}

static void
ended(void)
{
    park_one(0);
    park_one(1);
    start(2, 0);
    receive(door, buffer, sizeof(buffer), 0);
    thread_delete(client[0].thread);
    thread_delete(client[1].thread);
    report_result("gone.other", reply(0, NULL, 0));
    start(3, 0);
    receive(door, buffer, sizeof(buffer), 0);
    thread_delete(client[3].thread);
    report_result("gone.park", park(0));
    report_result("gone.answer", answer(parked[0], buffer, call_sizes(ROOM, 4, 0)));
    report_result("gone.again", answer(parked[0], buffer, call_sizes(ROOM, 4, 0)));
    report_result("gone.error", answer_error(parked[1], 7));
    park_one(3);
    thread_delete(client[3].thread);
    report_result("gone.close", descriptor_close(parked[3]));
}

static void
let_go(void)
{
    park_one(4);
    park_one(5);
    report_result("close", descriptor_close(parked[4]));
    settle();
    report("close.done", "%x", actors_done(client, CLIENTS) >> 4);
    report_client("closed", &client[4]);
    report_result("close.again", descriptor_close(parked[4]));
    report_result("close.answer", answer(parked[4], buffer, call_sizes(ROOM, 4, 0)));
    descriptor_close(through[5]); /* under its call, which goes on */
    answer_client(5);
    settle();
    report_client("through", &client[5]);
}

/* Who has parked a message does not serve it, and runs at its own priority again. */
static volatile bool ran;

static void
runs(void *argument)
{
    (void)argument;
    ran = true;
}

static void
own_priority(void)
{
    uint32_t parked;

    actor_start(&other, DESCRIPTOR_ROOT, runs);
    thread_stop(other.thread);
    thread_priority(other.thread, BETWEEN, CALL_MACHINE);
    start(4, 0);
    thread_priority(client[4].thread, HIGH, CALL_MACHINE);
    receive(door, buffer, sizeof(buffer), 0);
    thread_run(other.thread);
    report("ran.served", "%u", ran);
    parked = park(0).value;
    report("ran.parked", "%u", ran);
    answer(parked, NULL, 0);
}

/* Replies come and go, and take nothing with them. */
static void
many(void)
{
    uint32_t free = frames_free(), good = 0;

    for (uint32_t i = 0; i < 300; i++) {
        park_one(4);
        good += answer(parked[4], NULL, 0).error == 0;
        settle();
        descriptor_close(client[4].thread);
    }
    report("many", "%u %u", good, free - frames_free());
}

int
main(const struct boot_info *info)
{
    (void)info;
    door = door_create(CALL_MACHINE, false, 0).value;
    park_all();
    meanwhile();
    mistakes();
    answer_all();
    call_again();
    ended();
    let_go();
    own_priority();
    many();
    report_end();
}
