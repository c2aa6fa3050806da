/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages as they are most often: see request.h.
 */
#include "request.h"

#include "text.h"

/* The reply has been read as far as it should be: is there more? */
static struct result
ended(struct incoming *in, struct result r)
{
    bool whole = incoming_end(in);

    return r.error || whole ? r : (struct result){-1, ERR_MESSAGE};
}

struct result
ask_words(uint32_t function, uint32_t door, const uint32_t *words, uint32_t count)
{
    uint32_t buffer[REQUEST_WORDS];
    struct outgoing out;
    struct incoming in;

    outgoing_start(&out, buffer, sizeof(buffer));
    put_bytes(&out, words, count * sizeof(*words));
    return ended(&in, ask(function, door, &out, &in));
}

struct result
ask_view(uint32_t function, uint32_t door, void *view, uint32_t size, uint32_t data)
{
    struct outgoing out;
    struct incoming in;
    struct result r;
    uint32_t rest;

    outgoing_start(&out, view, size);
    out.data = data;
    r = ask(function, door, &out, &in);
    in.broken = in.data != size;
    get_rest(&in, &rest);
    return ended(&in, r);
}

struct result
ask_descriptor(uint32_t function, uint32_t door, struct outgoing *out, uint32_t *value)
{
    struct incoming in;
    struct result r = ask(function, door, out, &in);

    if (value)
        *value = r.value;
    if (!r.error)
        r.value = get_descriptor(&in).number;
    return ended(&in, r);
}
