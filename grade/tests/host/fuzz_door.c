/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * door.c and door.h: for each call the four words that abi/door.h wants, with any arguments.
 */
#include "lib.h"

#include <string.h>

#include "lib/door.h"

#define SIZES(total, data, descriptors) ((total) << 20 | (data) << 8 | (descriptors))

/* What is expected, and what comes back. */
static struct {
    uint32_t function, target, sizes;
    const void *words; /* in the buffer */
    const void *buffer; /* NULL: any */
} want;

static uint32_t back[3], calls;

static void
kernel(struct trapped *call)
{
    uint32_t size = (call->sizes >> 8 & 0xfff) + 4 * (call->sizes & 0xff);

    expect(call->function == want.function && call->target == want.target && call->sizes == want.sizes,
           "%x %x %x instead of %x %x %x", call->function, call->target, call->sizes, want.function, want.target,
           want.sizes);
    expect(!want.buffer || call->buffer == want.buffer, "%x: another buffer", want.function);
    if (want.words && size)
        expect(memcmp(call->buffer, want.words, size) == 0, "%x: other data", want.function);
    calls++;
    *call = (struct trapped){back[0], back[1], back[2], NULL};
}

#define WANT(number, to, size, ...) (void)(want.function = (number), want.target = (to), want.sizes = (size), \
                                     want.words = (const uint32_t[]){__VA_ARGS__}, want.buffer = NULL)
#define WANT_BUFFER(number, to, size, at) (void)(want.function = (number), want.target = (to), want.sizes = (size), \
                                     want.words = NULL, want.buffer = (at))

static void
check_result(struct result r)
{
    expect(calls == 1 && r.value == back[0] && r.error == back[1], "%x: what comes back", want.function);
    calls = 0;
}

static void
check_message(struct message m)
{
    expect(calls == 1 && m.function == back[0] && m.cookie == back[1] && m.sizes == back[2], "%x: what comes back",
           want.function);
    calls = 0;
}

static void
check_reply(struct reply r)
{
    check_message((struct message){r.value, r.error, r.sizes});
}

/* `a` to `d`: any words. */
static void
try_messages(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    static uint8_t buffer[16];

    WANT_BUFFER(a, b, c, buffer), check_reply(send(a, b, buffer, c));
    WANT_BUFFER(0x100, a, SIZES(b & 0xfff, 0, 0) | (c < 0xfffff ? c : 0xfffff), buffer);
    check_message(receive(a, buffer, b & 0xfff, c));
    WANT_BUFFER(0x108, a, c, buffer), check_result(reply(a, buffer, c));
    WANT_BUFFER(0x110, a, c, buffer), check_message(reply_receive(a, buffer, c));
    WANT(0x118, a, 0, 0), check_result(reply_error(a));
    WANT_BUFFER(0x120, a, SIZES(b & 0xfff, 0, 0), buffer), check_message(reply_error_receive(a, buffer, b & 0xfff));
    WANT(0x128, a, 0, 0), check_result(park(a));
    WANT_BUFFER(0x158, a, d, buffer), check_result(answer(a, buffer, d));
    WANT(0x160, a, SIZES(4, 4, 0), b), check_result(answer_error(a, b));
    WANT(0x138, a, 0, 0), check_result(would_block(a));
    WANT(0x130, 0, SIZES(12, 12, 0), a, b, c), check_result(wait(&(struct wait_list){a, {b, c}}, 2));
}

static void
try_descriptors(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    struct look look;

    WANT(0x140, a, 0, 0), check_result(descriptor_close(a));
    WANT(0x148, a, SIZES(8, 8, 0), b, c), check_result(descriptor_duplicate(a, b, c));
    WANT_BUFFER(0x150, a, SIZES(20, 0, 0), &look), check_result(descriptor_look(a, &look));
    WANT(0xe2, a, SIZES(8, 8, 0), b % 2, c), check_result(door_create(a, b % 2, c));
    WANT(0xed, a, SIZES(16, 16, 0), b, c, 0, d), check_result(irq_bind(a, b, c, d));
    WANT(0xf5, a, SIZES(4, 4, 0), b), check_result(irq_done(a, b));
}

static void
try_processes(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    WANT(0x8d, a, SIZES(12, 12, 0), b, c, d), check_result(process_manager(a, b, c, d));
    WANT(0x95, a, SIZES(12, 0, 3), b, c, d), check_result(process_give(a, (uint32_t[]){b, c, d}, 3));
    WANT(0x9a, a, 0, 0), check_result(process_thread(a));
    WANT(0xa5, a, SIZES(4, 4, 0), b), check_result(process_vector(a, b));
    WANT(0xad, a, SIZES(12, 12, 0), b, c, d), check_result(process_ports(a, b, c, d));
}

static void
try_threads(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    struct thread_view view;
    struct registers registers = {a, b, c, d, a, b, c, d, b, d};

    WANT(0x181, a, 0, 0), check_result(thread_delete(a));
    WANT(0x18a, a, 0, 0), check_result(thread_run(a));
    WANT(0x193, a, 0, 0), check_result(thread_stop(a));
    WANT_BUFFER(0x19c, a, SIZES(56, 0, 0), &view), check_result(thread_read(a, &view));
    WANT_BUFFER(0x1a5, a, SIZES(40, 40, 0), &registers), check_result(thread_write(a, &registers));
    WANT(0x1ad, a, SIZES(8, 8, 0), b, c), check_result(thread_priority(a, b, c));
    WANT(0x1b5, a, SIZES(12, 12, 0), b, 0, c), check_result(thread_sandbox(a, b, c));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};
    uint32_t word[4];

    trapped_open();
    trapped_kernel = kernel;
    while (in.at < in.end) {
        for (unsigned i = 0; i < 7; i++)
            *(i < 4 ? &word[i] : &back[i - 4]) = take(&in, 4);
        word[2] >>= word[0] % 32;
        try_messages(word[0], word[1], word[2], word[3]);
        try_descriptors(word[0], word[1], word[2], word[3]);
        try_processes(word[0], word[1], word[2], word[3]);
        try_threads(word[0], word[1], word[2], word[3]);
    }
    return 0;
}
