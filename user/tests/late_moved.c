/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replies that another process is to give: descriptors of them travel, and die with
 * the process that has them.
 */
#include "actor.h"

#define FUNCTION CALL_USER_FIRST

/* What the heir does with the descriptor that it gets. */
#define HEIR_ANSWER (CALL_USER_FIRST + 0x80) /* to the reply that it names */
#define HEIR_KEEP   (CALL_USER_FIRST + 0x88)
#define HEIR_BACK   (CALL_USER_FIRST + 0x90) /* gives it back in its reply */
#define HEIR_KEPT   (CALL_USER_FIRST + 0x98) /* answers what it kept */
#define HEIR_END    (CALL_USER_FIRST + 0xa0)

#define ROOM 16

static uint32_t door, heir, to_heir; /* the heir's process, and a descriptor of its door */
static uint32_t heirs_door;          /* in its own process */
static uint32_t buffer[16], heirs_buffer[16];
static struct actor client;
static uint8_t heirs_stack[2048] __attribute__((aligned(16)));

/* --- The heir, in a process of its own. */

static struct result
heir_answer(uint32_t number, uint32_t word)
{
    uint32_t data[2] = {word, 0};

    return answer(number, data, call_sizes(sizeof(data), sizeof(data), 0));
}

static uint32_t
heir_act(struct message m)
{
    static uint32_t kept;
    uint32_t number = heirs_buffer[1] & DESCRIPTOR_NUMBER, word = heirs_buffer[0];
    struct result r = {0, 0};

    if (m.function == HEIR_BACK) {
        heirs_buffer[0] = descriptor_word(number, RIGHTS_ALL, DESCRIPTOR_MOVE);
        return call_sizes(sizeof(heirs_buffer), 0, 1);
    }
    if (m.function == HEIR_KEEP)
        kept = number;
    else
        r = heir_answer(m.function == HEIR_KEPT ? kept : number, word);
    heirs_buffer[0] = r.value;
    heirs_buffer[1] = r.error;
    return call_sizes(sizeof(heirs_buffer), 8, 0);
}

static void
heir_serves(void *argument)
{
    struct message m = receive(heirs_door, heirs_buffer, sizeof(heirs_buffer), 0);

    (void)argument;
    while (m.function != HEIR_END)
        m = reply_receive(0, heirs_buffer, heir_act(m));
}

static void
start_heir(void)
{
    uint32_t owner = door_create(CALL_MACHINE, false, 0).value, word;

    to_heir = descriptor_duplicate(owner, RIGHTS_ALL, 0).value;
    heir = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
    word = descriptor_word(owner, RIGHTS_ALL, DESCRIPTOR_MOVE);
    heirs_door = process_give(heir, &word, 1).value;
    peer_run(heir, heir_serves, NULL, heirs_stack + sizeof(heirs_stack));
    settle();
}

/* --- Whom all this is about: a client that calls, and is parked. */

static uint32_t
park_client(void)
{
    client.word[0] = client.word[1] = client.word[2] = 0;
    actor_sends(&client, DESCRIPTOR_ROOT, FUNCTION, door, ROOM, 0);
    receive(door, buffer, sizeof(buffer), 0);
    return park(0).value;
}

static void
report_client(const char *name)
{
    settle();
    report(name, "%u %x %x", client.done, client.done ? client.r.value : 0, client.done ? client.r.error : 0);
}

/* Sends the heir a word and a descriptor. */
static struct result
tell_heir(uint32_t function, uint32_t word, uint32_t number, uint32_t flags)
{
    struct reply r;

    buffer[0] = word;
    buffer[1] = descriptor_word(number, RIGHTS_ALL, flags);
    r = send(function, to_heir, buffer, call_sizes(sizeof(buffer), 4, number ? 1 : 0));
    return (struct result){r.value, r.error};
}

static void
moved(void)
{
    uint32_t number = park_client();

    report_result("copy", tell_heir(HEIR_ANSWER, 0, number, 0));
    report_client("copy.client");
    buffer[0] = descriptor_word(number, RIGHTS_ALL, DESCRIPTOR_MOVE);
    report_result("itself", answer(number, buffer, call_sizes(sizeof(buffer), 0, 1)));
    report_result("moved", tell_heir(HEIR_ANSWER, challenge.param[0], number, DESCRIPTOR_MOVE));
    report_client("moved.client");
    report_result("moved.old", answer(number, NULL, 0));
}

static void
and_back(void)
{
    uint32_t number = park_client(), back;

    tell_heir(HEIR_BACK, 0, number, DESCRIPTOR_MOVE);
    back = buffer[0] & DESCRIPTOR_NUMBER;
    report_client("back.waits");
    buffer[0] = challenge.param[1];
    report_result("back", answer(back, buffer, call_sizes(sizeof(buffer), 4, 0)));
    report_client("back.client");
}

/* The client ends while another process has its reply. */
static void
gone(void)
{
    tell_heir(HEIR_KEEP, 0, park_client(), DESCRIPTOR_MOVE);
    thread_delete(client.thread);
    report_result("gone", tell_heir(HEIR_KEPT, 1, 0, 0));
    report_result("gone.again", tell_heir(HEIR_KEPT, 1, 0, 0));
}

/* An answer may bring a descriptor, as any reply. */
static void
with_descriptor(void)
{
    uint32_t number = park_client(), new;
    struct look look = {0};

    buffer[0] = buffer[1] = 0;
    buffer[2] = descriptor_word(descriptor_duplicate(door, RIGHTS_ALL, challenge.param[2]).value, RIGHTS_ALL, DESCRIPTOR_MOVE);
    report_result("brings", answer(number, buffer, call_sizes(sizeof(buffer), 8, 1)));
    report_client("brings.client");
    new = client.word[2] & DESCRIPTOR_NUMBER;
    descriptor_look(new, &look);
    report("brings.look", "%x %x %x", client.r.sizes, look.kind, look.cookie);
}

/* --- The heir ends, and nobody is left to answer. */

static void
heir_ends(void)
{
    tell_heir(HEIR_KEEP, 0, park_client(), DESCRIPTOR_MOVE);
    report_client("kept.client");
    tell_heir(HEIR_END, 0, 0, 0);
    report_client("ended.client");
    start_heir();
    tell_heir(HEIR_KEEP, 0, park_client(), DESCRIPTOR_MOVE);
    process_delete(heir);
    report_client("deleted.client");
}

int
main(const struct boot_info *info)
{
    (void)info;
    door = door_create(CALL_MACHINE, false, 0).value;
    start_heir();
    moved();
    and_back();
    gone();
    with_descriptor();
    heir_ends();
    report_end();
}
