/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A conversation that chance decides: good calls and bad ones, replies of all kinds.  Two
 * kernels that do the same report the same.
 */
#include "actor.h"

#include "abi/memory.h"

#define CALLS 320
#define PAGE  4096u

/* Each side has memory there; buffers lie at one of the places. */
#define AREA      0x20000000u
#define READ_ONLY (AREA + 3 * PAGE) /* behind three pages that are not */
#define DEVICE    (AREA + 8 * PAGE)
#define SCREEN    0xb8000u

enum { AT_START, AT_END, ACROSS, ODD, IN_READ_ONLY, INTO_READ_ONLY, IN_ABSENT, IN_DEVICE, IN_KERNEL, PLACES };

static uint32_t state;

static uint32_t
chance(uint32_t count)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % count;
}

/* Mostly good ones, in one page. */
static uint32_t
any_place(void)
{
    return chance(3) ? chance(2) : chance(PLACES);
}

static uint32_t
any_size(void)
{
    static const uint32_t sizes[] = {0, 0, 1, 3, 4, 7, 8, 12, 13, 64, 100, 256, 1000, 2048};

    return sizes[chance(sizeof(sizes) / sizeof(*sizes))];
}

static uint8_t *
buffer_at(uint32_t place, uint32_t size)
{
    const uint32_t at[PLACES] = {
        AREA, AREA + PAGE - size, AREA + 2 * PAGE - size / 2, AREA + 1 + size % 3, READ_ONLY, READ_ONLY - size / 2,
        READ_ONLY + PAGE, DEVICE, KERNEL_BASE,
    };

    return (uint8_t *)at[place];
}

static bool
writable(uint32_t place)
{
    return place < IN_READ_ONLY || place == IN_DEVICE;
}

/* FNV-1a. */
static uint32_t
hash(const void *data, uint32_t size)
{
    uint32_t h = 0x811c9dc5;

    for (uint32_t i = 0; i < size; i++)
        h = (h ^ ((const uint8_t *)data)[i]) * 0x01000193;
    return h;
}

static void
fill(uint8_t *buffer, uint32_t place, uint32_t size, uint32_t by)
{
    for (uint32_t i = 0; writable(place) && i < size; i++)
        buffer[i] = by + i * 7;
}

/* A number in the FPU, which has to be there afterwards. */
static void
fpu_set(uint32_t value)
{
    __asm__ volatile("fninit; fildl %0" : : "m"(value));
}

static uint32_t
fpu_get(void)
{
    uint32_t value;

    __asm__ volatile("fistpl %0" : "=m"(value));
    return value;
}

/* --- The server, in its own process, does what the plan says, and notes what it saw. */

enum { REPLY_RECEIVE, REPLY_THEN_RECEIVE, REPLY_ERROR, REPLY_DESCRIPTOR, REPLIES };

static struct plan {
    uint32_t kind, size, cookie, by;
    uint32_t place, total, limit; /* of the next receive */
    bool fpu;
} plan;

static struct seen {
    uint32_t function, cookie, sizes, data, failed;
} seen;

static uint32_t server_process, servers_door;
static uint32_t through[4] = {0, 0, 0, 0x7777}; /* descriptors of its door: with all rights, some, and none at all */
static uint8_t server_stack[2048] __attribute__((aligned(16)));

/* Descriptors that came are looked at, and let go. */
static void
take_descriptors(const uint8_t *buffer, uint32_t sizes)
{
    struct look look;

    for (uint32_t i = 0; i < call_descriptors(sizes); i++) {
        uint32_t word = *(const uint32_t *)(buffer + descriptors_at(call_data_size(sizes)) + 4 * i);

        descriptor_look(word & DESCRIPTOR_NUMBER, &look);
        seen.data ^= hash(&look, sizeof(look)) + word;
        descriptor_close(word & DESCRIPTOR_NUMBER);
    }
}

static void
note(struct message m, const uint8_t *buffer)
{
    seen = (struct seen){m.function, m.cookie, m.sizes, 0, seen.failed};
    seen.data = hash(buffer, call_data_size(m.sizes));
    take_descriptors(buffer, m.sizes);
}

/* The reply that is planned, and the next message. */
static struct message
reply_as_planned(uint8_t *buffer)
{
    uint32_t sizes = call_sizes(plan.total, plan.size, 0);

    if (plan.kind == REPLY_ERROR)
        return reply_error_receive(plan.by % 0xff00 + !plan.by, buffer, plan.total);
    fill(buffer, plan.place, plan.size + 4, plan.by);
    if (plan.kind == REPLY_DESCRIPTOR && writable(plan.place) && plan.size <= 1000) {
        *(uint32_t *)(buffer + descriptors_at(plan.size)) = descriptor_word(servers_door, RIGHTS_ALL & plan.by, 0);
        return reply_receive(plan.cookie, buffer, sizes + 1);
    }
    if (plan.kind == REPLY_RECEIVE)
        return reply_receive(plan.cookie, buffer, sizes);
    if (reply(plan.cookie, buffer, sizes).error)
        reply_error(9);
    return receive(servers_door, buffer, plan.total, plan.limit);
}

/* What did not work is done in a plain way. */
static void
serves(void *argument)
{
    static uint8_t plain[4096];
    uint8_t *buffer = plain;
    struct message m = receive(servers_door, buffer, 2048, 0);

    (void)argument;
    for (;;) {
        while (m.function == CALL_INVALID) {
            seen.failed += 1 + (m.cookie & 0xff) * 16;
            reply_error(9);
            buffer = plain;
            m = receive(servers_door, buffer, 2048, 0);
        }
        note(m, buffer);
        if (plan.fpu)
            fpu_set(plan.by);
        buffer = buffer_at(plan.place, plan.total);
        m = reply_as_planned(buffer);
        if (plan.fpu)
            seen.failed += fpu_get() != plan.by;
    }
}

static void
start_server(void)
{
    uint32_t owner = door_create(CALL_MACHINE, false, 0x11).value, word;

    server_process = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
    word = descriptor_word(owner, RIGHTS_ALL, DESCRIPTOR_MOVE);
    through[0] = descriptor_duplicate(owner, RIGHTS_ALL, 0x21).value;
    through[1] = descriptor_duplicate(owner, RIGHT_COPY | RIGHT_MOVE, 0x22).value;
    through[2] = descriptor_duplicate(owner, RIGHT_READ | RIGHT_START, 0x23).value;
    servers_door = process_give(server_process, &word, 1).value;
    memory_map(server_process, AREA, 4, MEMORY_WRITABLE);
    memory_protect(server_process, READ_ONLY, 1, 0);
    memory_device(server_process, DEVICE, 1, MEMORY_WRITABLE, SCREEN);
    peer_run(server_process, serves, NULL, server_stack + sizeof(server_stack));
    settle();
}

/* --- The client. */

static struct message
any_call(uint32_t *place, uint32_t *data, uint32_t *descriptors)
{
    uint32_t room, function = CALL_USER_FIRST + 8 * chance(4000) + (chance(3) ? 0 : chance(8));

    *place = any_place();
    *data = any_size();
    *descriptors = chance(3) ? 0 : 1 + chance(2);
    room = chance(8) ? *data + 4 + 8 + chance(2) * 500 : chance(*data + 8);
    if (chance(40) == 0)
        function -= CALL_USER_FIRST - CALL_SYSTEM_FIRST;
    return (struct message){function, 0, call_sizes(room, *data, *descriptors)};
}

/* Some are moved: duplicates of the first one, made for it. */
static void
put_descriptors(uint8_t *buffer, uint32_t data, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bool move = chance(2);
        uint32_t number = move ? descriptor_duplicate(through[0], RIGHTS_ALL, 0).value : through[chance(3)];

        ((uint32_t *)(buffer + descriptors_at(data)))[i] = descriptor_word(number, chance(256), move ? DESCRIPTOR_MOVE : 0);
    }
}

static void
any_plan(void)
{
    plan = (struct plan){
        .kind = chance(3) ? REPLY_RECEIVE : chance(REPLIES), .size = chance(3) ? chance(13) : any_size(), .cookie = chance(-1), .by = chance(-1),
        .place = any_place(), .total = chance(10) ? 2048 : 16, .limit = chance(4) ? 0 : 100000, .fpu = chance(8) == 0,
    };
}

static void
converse(void)
{
    for (uint32_t i = 0; i < CALLS; i++) {
        uint32_t place, data, descriptors, by = chance(-1);
        struct message m = any_call(&place, &data, &descriptors);
        uint8_t *buffer = buffer_at(place, call_total_size(m.sizes));
        bool fpu = chance(8) == 0, sysenter = call_by_sysenter && chance(4);
        struct reply r;

        any_plan();
        fill(buffer, place, data, by);
        if (writable(place))
            put_descriptors(buffer, data, descriptors);
        if (fpu)
            fpu_set(by);
        r = send_by(sysenter, m.function, through[chance(3) ? 0 : chance(4)], buffer, m.sizes);
        settle(); /* the server waits again */
        if (writable(place))
            m.cookie = hash(buffer, call_total_size(m.sizes));
        if (fpu && fpu_get() != by)
            seen.failed += 0x100000;
        report("call", "%x %x %x %x %x %x %x %x %x", r.value, r.error, r.sizes, m.cookie, seen.function, seen.cookie, seen.sizes,
               seen.data, seen.failed);
        if (call_descriptors(r.sizes) && writable(place))
            take_descriptors(buffer, r.sizes);
    }
}

int
main(const struct boot_info *info)
{
    uint32_t before;

    (void)info;
    state = challenge.seed * 2654435761u + 12345;
    memory_map(DESCRIPTOR_ROOT, AREA, 4, MEMORY_WRITABLE);
    memory_protect(DESCRIPTOR_ROOT, READ_ONLY, 1, 0);
    memory_device(DESCRIPTOR_ROOT, DEVICE, 1, MEMORY_WRITABLE, SCREEN);
    before = frames_free();
    start_server();
    converse();
    report("numbers", "%x", descriptor_duplicate(through[0], RIGHTS_ALL, 0).value);
    process_delete(server_process);
    report("frames", "%x", before - frames_free());
    report_end();
}
