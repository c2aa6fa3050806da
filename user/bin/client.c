/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the server's text through two descriptors; then asks it for something, and the
 * server does not live to reply.
 */
#include "message.h"
#include "story.h"
#include "text.h"

#define SERVER 1
#define DEMO   2

static uint8_t buffer[64];

/* Gets a descriptor of its own from the server. */
static uint32_t
open_story(void)
{
    struct outgoing out;
    struct incoming in;

    outgoing_start(&out, buffer, sizeof(buffer));
    if (ask(STORY_OPEN, SERVER, &out, &in).error)
        return 0;
    return get_descriptor(&in).number;
}

static struct result
read_word(uint32_t story, char *word, uint32_t size)
{
    struct outgoing out;
    struct incoming in;
    struct result r;

    outgoing_start(&out, buffer, sizeof(buffer));
    r = ask(STORY_READ, story, &out, &in);
    if (!r.error)
        get_text(&in, word, size);
    return r;
}

/* Reads so many words, or up to the end. */
static void
read_story(uint32_t story, uint32_t count)
{
    char line[80], word[20];
    size_t at = snprintf(line, sizeof(line), "client: through descriptor %u I read:", story);

    while (count-- > 0 && !read_word(story, word, sizeof(word)).error)
        at += snprintf(line + at, sizeof(line) - at, " %s", word);
    printf("%s\n", line);
}

/* Without data, or with the time. */
static void
tell_demo(uint32_t function, bool with_time)
{
    uint32_t time = clock_milliseconds(), size = with_time ? sizeof(time) : 0;

    send(function, DEMO, &time, call_sizes(sizeof(time), size, 0));
}

static void
call_for_ever(void)
{
    struct reply r;

    printf("client: I ask for something that takes for ever\n");
    tell_demo(DEMO_CALLS, false);
    r = send(STORY_THINK, SERVER, NULL, 0);
    tell_demo(DEMO_KNOWS, true);
    printf("client: my call failed: %x, %s\n", r.error, r.error == ERR_DEAD ? "who served it has ended" : "BUT WHY?");
}

int
main(const struct boot_info *info)
{
    uint32_t first = open_story(), second = open_story();

    (void)info;
    printf("client: I open the text twice: descriptors %u and %u come in the replies\n", first, second);
    read_story(first, 3);
    read_story(second, 1);
    read_story(first, 9);
    printf("client: each has its own place in the text, in its cookie: the server need not know me\n");
    call_for_ever();
    return 0;
}
