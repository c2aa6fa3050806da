/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * message.c: any order of what can be put into a message, and of what can be read from one,
 * beside a plain model of both.  Its kernel calls come back to kernel() below.
 */
#include "lib.h"

#include <stdlib.h>
#include <string.h>

#include "lib/message.h"

#define DIRT 0xa5
#define ROOM 4096

/* The message as it has to be. */
static struct {
    uint8_t data[2 * ROOM];
    uint32_t size, descriptors, room;
    bool broken;
} model;

/* What the kernel gives back to whoever sends or receives. */
static struct {
    uint32_t words[3]; /* arg0, arg1, arg3 */
    uint32_t function, target;
    uint32_t calls, errors, error;
} given;

static uint32_t closed[256], closes;

/* The buffer has exactly what the model says, and nothing but DIRT behind. */
static void
check_content(const uint8_t *buffer, uint32_t size)
{
    uint32_t end = model.descriptors ? descriptors_at(model.size) + 4 * model.descriptors : model.size;

    expect(memcmp(buffer, model.data, end) == 0, "the message is another");
    for (; end < size; end++)
        expect(buffer[end] == DIRT, "byte %u is written", end);
}

static void
kernel(struct trapped *call)
{
    if (call->function == CALL_CLOSE) {
        expect(closes < 256, "too much is closed");
        closed[closes++] = call->target;
        return;
    }
    if (call->function == CALL_REPLY_ERROR) {
        expect(given.calls == 1, "an error without a reply");
        given.errors++, given.error = call->target;
        return;
    }
    given.calls++;
    given.function = call->function;
    given.target = call->target;
    if (call->function != CALL_REPLY_ERROR_RECEIVE)
        check_content(call->buffer, call_total_size(call->sizes));
    expect(call_data_size(call->sizes) == (call->function == CALL_REPLY_ERROR_RECEIVE ? 0 : model.size), "data size");
    *call = (struct trapped){given.words[0], given.words[1], given.words[2], NULL};
}

static void
model_put(const void *from, uint32_t size)
{
    model.broken |= model.descriptors || model.size + size > model.room;
    if (model.broken)
        return;
    memcpy(model.data + model.size, from, size);
    model.size += size;
}

static void
model_descriptor(uint32_t word)
{
    uint32_t at = descriptors_at(model.size) + 4 * model.descriptors;

    model.broken |= model.descriptors == 255 || at + 4 > model.room;
    if (model.broken)
        return;
    memset(model.data + model.size, DIRT, model.descriptors ? 0 : at - model.size);
    memcpy(model.data + at, &word, 4);
    model.descriptors++;
}

/* Behind a descriptor mostly others. */
static void
put_any(struct outgoing *m, struct input *in)
{
    uint32_t how = take(in, 1), word = take(in, 4), length;
    uint8_t bytes[ROOM];

    memset(bytes, 1 + how % 255, sizeof(bytes));
    length = how / 8 == 31 ? take(in, 2) % ROOM : how / 8;
    bytes[length] = 0;
    switch (model.descriptors && how % 16 ? 4 : how % 8) {
    case 0:
        put_u32(m, word);
        model_put(&word, 4);
        break;
    case 1:
        put_bytes(m, bytes, length);
        model_put(bytes, length);
        break;
    case 2:
        put_text(m, (char *)bytes);
        model_put(&length, 4);
        model_put(bytes, length);
        break;
    case 3:
        put_result(m, word);
        model_put(&word, 4);
        model_put(&(uint32_t){0}, 4);
        break;
    case 4:
        for (length = how == 4 ? 256 : 1; length; length--) {
            put_descriptor(m, word & 0xfffff, word >> 20 & RIGHTS_ALL, word >> 31);
            model_descriptor((word & 0xfffff) | (word >> 20 & RIGHTS_ALL) << 20 | word >> 31 << 28);
        }
    }
    expect(m->broken == model.broken, "the message is %sbroken", m->broken ? "" : "not ");
}

static struct result
try_ask(struct outgoing *m, struct incoming *in)
{
    struct result r = ask(4711, 42, m, in);
    uint32_t data = m->broken ? 0 : call_data_size(given.words[2]);

    expect(given.calls == !m->broken && (m->broken || (given.function == 4711 && given.target == 42)), "what is sent");
    if (m->broken)
        expect(r.value == UINT32_MAX && r.error == ERR_SIZE, "a broken message: %x %x", r.value, r.error);
    else
        expect(r.value == given.words[0] && r.error == given.words[1], "the reply: %x %x", r.value, r.error);
    expect(in->data == data && in->read == (data < 8 ? data : 8) && in->buffer == m->buffer && !in->broken &&
               in->descriptors == (m->broken ? 0 : call_descriptors(given.words[2])), "where the reply begins");
    return r;
}

static void
try_serve(struct outgoing *m, uint32_t error)
{
    struct message next = serve(m, 42, error);
    uint32_t wanted = m->broken ? ERR_MESSAGE : error;

    expect(given.calls == 1 && given.function == (wanted ? CALL_REPLY_ERROR_RECEIVE : CALL_REPLY_RECEIVE) &&
               given.target == (wanted ? wanted : 42), "the reply: %x %x", given.function, given.target);
    expect(next.function == given.words[0] && next.cookie == given.words[1] && next.sizes == given.words[2],
           "what is received");
    expect(given.errors == (next.function == CALL_INVALID) && given.error == (given.errors ? ERR_MESSAGE : 0),
           "%u errors sent: %x", given.errors, given.error);
}

static void
try_outgoing(struct input *in)
{
    uint32_t size = take(in, 1) % 4 ? take(in, 1) % 160 : ROOM - take(in, 1) * 8 % ROOM;
    uint32_t whole = size < 4095 ? size : 4095, room = take(in, 1) % 2 ? take(in, 2) % 4096 : 4095, how = take(in, 1);
    uint8_t *buffer = malloc(size);
    struct incoming reply;
    struct outgoing m;

    memset(buffer, DIRT, size);
    memset(&given, 0, sizeof(given));
    model.size = model.descriptors = model.broken = 0;
    model.room = how % 2 && room < whole ? room : whole;
    if (how % 2)
        reply_start(&m, buffer, size, call_sizes(room, 5, 6));
    else
        outgoing_start(&m, buffer, size);
    for (uint32_t steps = take(in, 1) % 8; steps; steps--)
        put_any(&m, in);
    check_content(buffer, model.broken ? 0 : size);
    expect(outgoing_sizes(&m) == call_sizes(whole, model.size, model.descriptors) || model.broken, "sizes");
    given.words[0] = how & 16 ? CALL_INVALID : take(in, 4);
    given.words[1] = take(in, 4);
    given.words[2] = call_sizes(0, take(in, 1) % 16, take(in, 1) % 4);
    if (how & 32)
        try_ask(&m, &reply);
    else
        try_serve(&m, how & 64 ? 1 + how : 0);
    free(buffer);
}

/* The model of a message that is read: `read` bytes of it, `taken` descriptors. */
static struct {
    uint32_t read, taken;
    bool broken;
} reader;

static void
check_bytes(const void *got, const uint8_t *from, uint32_t size, bool there)
{
    static const uint8_t zeros[ROOM];

    expect(memcmp(got, there ? from : zeros, size) == 0, "%u bytes are others", size);
}

/* Is that much there, in a message that is not broken? */
static bool
reads(uint32_t size)
{
    reader.broken |= reader.read + size > model.size;
    reader.read += reader.broken ? 0 : size;
    return !reader.broken;
}

static void
get_any_text(struct incoming *m, uint32_t room)
{
    uint8_t *text = malloc(room);
    uint32_t length = 0, at = reader.read + 4;
    bool there = reads(4);

    if (there)
        memcpy(&length, model.data + at - 4, 4);
    reader.broken |= there && length >= room;
    there = there && length < room && reads(length);
    get_text(m, (char *)text, room);
    length = there ? length : 0;
    check_bytes(text, model.data + at, length, true);
    expect(text[length] == 0, "the text has no end");
    free(text);
}

static void
get_any(struct incoming *m, uint32_t how)
{
    uint32_t size = how / 8, word, at = reader.read;
    uint8_t bytes[32];
    struct descriptor d;
    const void *rest;

    switch (how % 8) {
    case 0:
        word = get_u32(m);
        check_bytes(&word, model.data + at, 4, reads(4));
        break;
    case 1:
        get_bytes(m, bytes, size);
        check_bytes(bytes, model.data + at, size, reads(size));
        break;
    case 2:
        get_any_text(m, 1 + size);
        break;
    case 3:
        if (size > 4)
            break;
        rest = get_rest(m, &size);
        expect(size == (reader.broken ? 0 : model.size - at) && (!size || rest == m->buffer + at), "%u are left", size);
        reader.read += size;
        break;
    default:
        d = get_descriptor(m);
        reader.broken |= reader.taken == model.descriptors;
        memcpy(&word, model.data + descriptors_at(model.size) + 4 * reader.taken, 4);
        word = reader.broken ? 0 : word;
        reader.taken += !reader.broken;
        expect(d.number == (word & 0xfffff) && d.rights == (word >> 20 & RIGHTS_ALL) && d.own == word >> 31,
               "descriptor %x", word);
    }
    expect(m->broken == reader.broken, "the message is %sbroken", m->broken ? "" : "not ");
}

/* Often with small numbers, which may be the lengths of texts. */
static void
take_message(struct input *in)
{
    bool small = take(in, 1) % 2;

    model.size = take(in, 1) % 48;
    model.descriptors = take(in, 1) % 8;
    for (uint32_t i = 0; i < descriptors_at(model.size) + 4 * model.descriptors; i++)
        model.data[i] = !small || i >= model.size ? take(in, 1) : i % 4 ? 0 : take(in, 1) % 32;
}

static void
try_incoming(struct input *in)
{
    uint32_t size, word;
    uint8_t *buffer;
    struct incoming m;
    bool whole;

    take_message(in);
    size = descriptors_at(model.size) + 4 * model.descriptors;
    buffer = malloc(size);
    memcpy(buffer, model.data, size);
    memset(&reader, 0, sizeof(reader));
    closes = 0;
    incoming_start(&m, buffer, call_sizes(take(in, 2) % 4096, model.size, model.descriptors));
    for (uint32_t steps = take(in, 1) % 16; steps; steps--)
        get_any(&m, take(in, 1));
    whole = !reader.broken && reader.read == model.size && reader.taken == model.descriptors;
    expect(incoming_end(&m) == whole, "the message is read %s", whole ? "whole" : "in part");
    expect(closes == (whole ? 0 : model.descriptors), "%u are closed", closes);
    for (uint32_t i = 0; i < closes; i++) {
        memcpy(&word, model.data + descriptors_at(model.size) + 4 * i, 4);
        expect(closed[i] == (word & 0xfffff), "%x is closed", closed[i]);
    }
    free(buffer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};

    trapped_open();
    trapped_kernel = kernel;
    while (in.at < in.end) {
        try_outgoing(&in);
        try_incoming(&in);
    }
    return 0;
}
