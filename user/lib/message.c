/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing and reading messages: see message.h.
 */
#include "message.h"

#include "text.h"

#define DESCRIPTORS_MAX 255 /* what call_sizes() can tell */
#define RESULT_SIZE     8

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

void
outgoing_start(struct outgoing *m, void *buffer, uint32_t size)
{
    size = least(size, CALL_DATA_MAX);
    *m = (struct outgoing){.buffer = buffer, .size = size, .room = size};
}

void
reply_start(struct outgoing *m, void *buffer, uint32_t size, uint32_t sizes)
{
    outgoing_start(m, buffer, size);
    m->room = least(m->room, call_total_size(sizes));
}

void
put_bytes(struct outgoing *m, const void *from, uint32_t size)
{
    if (m->descriptors || size > m->room - m->data)
        m->broken = true;
    if (m->broken)
        return;
    memcpy(m->buffer + m->data, from, size);
    m->data += size;
}

void
put_u32(struct outgoing *m, uint32_t value)
{
    put_bytes(m, &value, sizeof(value));
}

/* Its length, then its letters. */
void
put_text(struct outgoing *m, const char *text)
{
    uint32_t length = strlen(text);

    put_u32(m, length);
    put_bytes(m, text, length);
}

void
put_descriptor(struct outgoing *m, uint32_t number, uint32_t rights, bool move)
{
    uint32_t word = descriptor_word(number, rights, move ? DESCRIPTOR_MOVE : 0);
    uint32_t at = descriptors_at(m->data) + m->descriptors * sizeof(word);

    if (m->descriptors == DESCRIPTORS_MAX || at + sizeof(word) > m->room)
        m->broken = true;
    if (m->broken)
        return;
    memcpy(m->buffer + at, &word, sizeof(word));
    m->descriptors++;
}

void
put_result(struct outgoing *m, uint32_t value)
{
    put_u32(m, value);
    put_u32(m, 0);
}

uint32_t
outgoing_sizes(const struct outgoing *m)
{
    return call_sizes(m->size, m->data, m->descriptors);
}

void
incoming_start(struct incoming *m, const void *buffer, uint32_t sizes)
{
    *m = (struct incoming){
        .buffer = buffer,
        .data = call_data_size(sizes),
        .descriptors = call_descriptors(sizes),
    };
}

void
get_bytes(struct incoming *m, void *to, uint32_t size)
{
    if (size > m->data - m->read)
        m->broken = true;
    if (m->broken) {
        memset(to, 0, size);
        return;
    }
    memcpy(to, m->buffer + m->read, size);
    m->read += size;
}

uint32_t
get_u32(struct incoming *m)
{
    uint32_t value;

    get_bytes(m, &value, sizeof(value));
    return value;
}

void
get_text(struct incoming *m, char *to, uint32_t size)
{
    uint32_t length = get_u32(m);

    if (length >= size)
        m->broken = true;
    if (m->broken)
        length = 0;
    get_bytes(m, to, length);
    to[length] = 0;
}

const void *
get_rest(struct incoming *m, uint32_t *size)
{
    const uint8_t *rest = m->buffer + m->read;

    *size = m->broken ? 0 : m->data - m->read;
    m->read += *size;
    return rest;
}

static struct descriptor
descriptor_at(const struct incoming *m, uint32_t i)
{
    uint32_t word;

    memcpy(&word, m->buffer + descriptors_at(m->data) + i * sizeof(word), sizeof(word));
    return (struct descriptor){
        .number = word & DESCRIPTOR_NUMBER,
        .rights = word >> DESCRIPTOR_RIGHTS & RIGHTS_ALL,
        .own = word & DESCRIPTOR_OWN,
    };
}

struct descriptor
get_descriptor(struct incoming *m)
{
    if (m->taken == m->descriptors)
        m->broken = true;
    if (m->broken)
        return (struct descriptor){0};
    return descriptor_at(m, m->taken++);
}

bool
incoming_end(struct incoming *m)
{
    if (!m->broken && m->read == m->data && m->taken == m->descriptors)
        return true;
    for (uint32_t i = 0; i < m->descriptors; i++)
        descriptor_close(descriptor_at(m, i).number);
    return false;
}

struct result
ask(uint32_t function, uint32_t door, struct outgoing *m, struct incoming *in)
{
    struct reply r = {-1, ERR_SIZE, 0};

    if (!m->broken)
        r = send(function, door, m->buffer, outgoing_sizes(m));
    incoming_start(in, m->buffer, r.sizes);
    in->read = least(in->data, RESULT_SIZE);
    return (struct result){r.value, r.error};
}

struct message
serve(struct outgoing *m, uint32_t cookie, uint32_t error)
{
    struct message next;

    if (m->broken)
        error = ERR_MESSAGE;
    next = error ? reply_error_receive(error, m->buffer, m->size) : reply_receive(cookie, m->buffer, outgoing_sizes(m));
    if (next.function == CALL_INVALID)
        reply_error(ERR_MESSAGE);
    return next;
}
