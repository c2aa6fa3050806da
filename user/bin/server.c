/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads out a text, word by word, to whoever asks.  Where a reader is, is not the server's
 * to remember: the place is the cookie of the reader's descriptor.
 */
#include "message.h"
#include "story.h"
#include "text.h"

#define DOOR 1

static const char *const words[] = {"the", "message", "is", "the", "system", "call"};

#define WORDS (sizeof(words) / sizeof(*words))

static uint32_t
open_story(struct outgoing *out)
{
    struct result r = descriptor_duplicate(DOOR, RIGHT_READ | RIGHT_MOVE, 0);

    if (r.error)
        return ERR_MESSAGE;
    put_result(out, 0);
    put_descriptor(out, r.value, RIGHT_READ, true);
    return 0;
}

/* The cookie is the place, and becomes the next one. */
static uint32_t
read_story(struct outgoing *out, uint32_t *cookie)
{
    if (*cookie >= WORDS)
        return STORY_ERR_END;
    put_result(out, 0);
    put_text(out, words[(*cookie)++]);
    return 0;
}

static void
think(void)
{
    for (;;)
        yield();
}

static uint32_t
call(struct message *m, struct incoming *in, struct outgoing *out)
{
    if (!incoming_end(in))
        return ERR_MESSAGE;
    if (m->function == STORY_OPEN)
        return open_story(out);
    if (m->function == STORY_READ)
        return read_story(out, &m->cookie);
    if (m->function == STORY_THINK)
        think();
    return ERR_MESSAGE;
}

int
main(const struct boot_info *info)
{
    static uint8_t buffer[64];
    struct message m = receive(DOOR, buffer, sizeof(buffer), 0);

    (void)info;
    for (;;) {
        struct incoming in;
        struct outgoing out;
        uint32_t error;

        incoming_start(&in, buffer, m.sizes);
        reply_start(&out, buffer, sizeof(buffer), m.sizes);
        error = call(&m, &in, &out);
        m = serve(&out, m.cookie, error);
    }
}
