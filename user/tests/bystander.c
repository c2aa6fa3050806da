/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client and a server that want nothing but their peace.  Each message is made so that
 * the other side knows what it has to be: whatever happens around them, no byte of it may
 * change, and none may be lost.  The server is its client's pager, too.
 */
#include "door.h"
#include "doorstorm.h"
#include "process.h"
#include "text.h"

#define ASK       CALL_USER_FIRST
#define DATA_FEW  64u
#define DATA_MAX  3000u
#define TURNS     2 /* messages, then the client sleeps */
#define RIGHTS_OF RIGHT_MOVE

#define me ((struct witness *)WITNESS)

static uint32_t state; /* of the numbers that look random; the server follows its client's */

static uint32_t
next(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static void
check_at(uint32_t line, uint32_t seen, uint32_t wanted)
{
    if (seen == wanted || me->wrong)
        return;
    me->seen = seen;
    me->wrong = line;
}

#define check(seen, wanted) check_at(__LINE__, seen, wanted)

static void
fill(uint8_t *at, uint32_t size, uint32_t x)
{
    for (uint32_t i = 0; i < size; i++)
        at[i] = (x = x * 1103515245 + 12345) >> 16;
}

static void
check_filled(const uint8_t *at, uint32_t size, uint32_t x)
{
    for (uint32_t i = 0; i < size; i++)
        check(at[i], (uint8_t)((x = x * 1103515245 + 12345) >> 16));
}

/* What one message is like: both sides know it from the numbers. */
struct plan {
    uint32_t size, room, descriptors, key, cookie;
    uint8_t *buffer;
    bool later;
};

static struct plan
plan(void)
{
    struct plan p = {.size = next() % (next() % 16 ? DATA_FEW : DATA_MAX), .key = next(), .cookie = next()};

    p.descriptors = next() % 4 == 0;
    p.room = 4 * (p.size / 4) + 8 + next() % 64;
    p.buffer = (uint8_t *)BUFFERS + next() % (BUFFER_PAGES * PAGE - CALL_DATA_MAX);
    p.later = next() % 4 == 0;
    return p;
}

/* --- The client. */

/* A duplicate of its own door travels behind the data, and is not had any more then. */
static void
put_door(const struct plan *p)
{
    struct result r = descriptor_duplicate(me->other, RIGHTS_ALL, p->key);
    uint32_t word = descriptor_word(r.value, RIGHTS_OF, DESCRIPTOR_MOVE);

    check(r.error, 0);
    memcpy(p->buffer + descriptors_at(p->size), &word, sizeof(word));
}

static void
client_asks(uint32_t *cookie)
{
    struct plan p = plan();
    struct reply r;

    fill(p.buffer, p.size, p.key);
    if (p.descriptors)
        put_door(&p);
    r = send(ASK + 8 * (p.key % 16), me->door, p.buffer, call_sizes(p.room, p.size, p.descriptors));
    check(r.error, p.key ^ p.size);
    check(r.value, *cookie);
    check(r.sizes, call_sizes(0, p.size / 4 * 4 + 8, 0));
    check_filled(p.buffer + 8, p.size / 4 * 4, ~p.key);
    *cookie = p.cookie;
    me->count++;
}

/* The page is not there; the server sees to it that it is. */
static void
client_faults(void)
{
    volatile uint32_t *window = (uint32_t *)WINDOW;
    struct result r;

    check(*window, me->seed);
    r = memory_unmap(DESCRIPTOR_ROOT, WINDOW, 1);
    check(r.error, 0);
    check(r.value, 1);
}

/* Nobody sends to its door; but it hears of the server's having closed what was sent. */
static void
client_sleeps(void)
{
    struct message m;

    do
        m = receive(me->other, NULL, 0, 1);
    while (m.function == MESSAGE_UNREF);
    check(m.function, CALL_INVALID);
    check(m.cookie, ERR_TIME);
}

static void
client(void)
{
    uint32_t cookie = 0;

    for (;;) {
        for (int i = 0; i < TURNS; i++)
            client_asks(&cookie);
        client_faults();
        client_sleeps();
    }
}

/* --- The server. */

static void
take_door(const uint8_t *buffer, const struct plan *p)
{
    uint32_t word;

    memcpy(&word, buffer + descriptors_at(p->size), sizeof(word));
    check(word >> DESCRIPTOR_RIGHTS, RIGHTS_OF);
    check(descriptor_close(word & DESCRIPTOR_NUMBER).error, 0);
}

static void
answer_page(const uint8_t *buffer)
{
    const struct fault_message *fault = (const struct fault_message *)buffer;

    check(fault->address, WINDOW);
    check(fault->access, 0);
    check(memory_share(me->other, WINDOW, 1, 0, DESCRIPTOR_ROOT, WINDOW).error, 0);
    check(reply(0, NULL, 0).error, 0);
}

static uint32_t
build_reply(uint8_t *buffer, const struct plan *p, uint32_t cookie)
{
    uint32_t words[2] = {cookie, p->key ^ p->size};

    memcpy(buffer, words, sizeof(words));
    fill(buffer + 8, p->size / 4 * 4, ~p->key);
    return call_sizes(0, p->size / 4 * 4 + 8, 0);
}

static void
answer_message(uint8_t *buffer, struct message m, uint32_t *cookie)
{
    struct plan p = plan();
    struct result parked = {0, 0};
    uint32_t sizes;

    check(m.function, ASK + 8 * (p.key % 16));
    check(m.sizes, call_sizes(p.room, p.size, p.descriptors));
    check(m.cookie, *cookie);
    check_filled(buffer, p.size, p.key);
    if (p.descriptors)
        take_door(buffer, &p);
    if (p.later)
        parked = park(p.cookie);
    check(parked.error, 0);
    sizes = build_reply(buffer, &p, *cookie);
    check((p.later ? answer(parked.value, buffer, sizes) : reply(p.cookie, buffer, sizes)).error, 0);
    *cookie = p.cookie;
    me->count++;
}

static void
server(void)
{
    uint8_t *buffer = (uint8_t *)BUFFERS + 100;
    uint32_t cookie = 0;

    *(uint32_t *)WINDOW = me->seed;
    for (;;) {
        struct message m = receive(me->door, buffer, CALL_DATA_MAX, 0);

        if (m.function == MESSAGE_FAULT)
            answer_page(buffer);
        else
            answer_message(buffer, m, &cookie);
    }
}

int
main(const struct boot_info *info)
{
    call_by_sysenter = info->sysenter;
    state = me->seed;
    if (me->server)
        server();
    client();
    return 0;
}
