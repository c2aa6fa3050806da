/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message boxes (sys/box.h): what is sent is received in its order, with its descriptors; full and empty ones; time
 * limits; several boxes; who may do what.
 */
#include "sys/box.h"
#include "sys/manager.h"
#include "sys/sleep.h"
#include "test.h"

#define LIMIT 20

static uint32_t box[2], sender, taker;

static struct box_message
word_message(uint32_t *word)
{
    return (struct box_message){.size = sizeof(*word), .data = word};
}

static uint32_t
send_word(uint32_t to, uint32_t word)
{
    struct box_message m = word_message(&word);

    return box_send(to, &m).error;
}

static struct result
receive_word(uint32_t from, uint32_t limit)
{
    uint32_t word = 0;
    struct box_message m = word_message(&word);
    struct result r = box_receive(from, &m, limit);

    return r.error ? r : (struct result){word, 0};
}

static void
order(void)
{
    uint32_t sent = 0, sum = 0;

    while (sent < 100 && !send_word(sender, challenge.param[0] + sent))
        sent++;
    report("sent", "%u", sent);
    report("full", "%x", send_word(sender, 0));
    report("ready", "%x", box_would_block(box[0]).value);
    for (uint32_t i = 0; i < sent; i++)
        sum += receive_word(taker, 0).value == challenge.param[0] + i;
    report("in_order", "%u", sum);
    report("empty", "%x", box_would_block(box[0]).value);
}

static void
rights(void)
{
    uint32_t word;
    struct box_message m = word_message(&word);

    report("sender_takes", "%x", box_receive(sender, &m, LIMIT).error);
    report("taker_sends", "%x", send_word(taker, 0));
}

static void
limits(void)
{
    uint32_t start = clock_milliseconds(), gone;

    report("time", "%x", receive_word(box[0], LIMIT).error);
    gone = clock_milliseconds() - start;
    report("waited", "%u", gone >= LIMIT && gone < 50 * LIMIT);
    report("wait_time", "%x", box_wait_for(box, 2, LIMIT).error);
}

static void
no_room(void)
{
    struct box_message m = {.size = 0, .data = NULL};

    send_word(sender, challenge.param[1]);
    report("no_room", "%x", box_receive(box[0], &m, 0).error);
    report_result("still_there", receive_word(box[0], 0));
}

/* A descriptor of the other box goes through the first one. */
static void
descriptors(void)
{
    uint32_t word = 1;
    struct box_message m = word_message(&word);

    m.count = 1;
    m.descriptor[0] = descriptor_word(box_sender(box[1]).value, RIGHTS_ALL, DESCRIPTOR_MOVE);
    report("give", "%x", box_send(sender, &m).error);
    m.size = sizeof(word);
    report("got", "%x", box_receive(box[0], &m, 0).error);
    report("count", "%u", m.count);
    report("through", "%x", send_word(m.descriptor[0], challenge.param[2]));
    report_result("which", box_wait_for(box, 2, 0));
    report_result("arrived", receive_word(box[1], 0));
}

static void
sends_later(void *unused)
{
    (void)unused;
    sleep_milliseconds(LIMIT);
    send_word(sender, challenge.param[3]);
    thread_exit();
}

static void
wait_for_another(void)
{
    static uint8_t stack[4096] __attribute__((aligned(16)));

    thread_start(sends_later, NULL, stack, sizeof(stack));
    report_result("later", receive_word(box[0], 0));
}

static void
deleted(void)
{
    uint32_t made = 0;

    report("delete", "%x", box_delete(box[0]).error);
    report("stale", "%x", send_word(sender, 0));
    report("stale_taker", "%x", receive_word(taker, 0).error);
    while (made < 100 && !box_new().error)
        made++;
    report("room_for", "%u", made);
}

int
main(int argc, char **argv, char **envp)
{
    struct result first = box_new(), second = box_new();

    (void)argc, (void)argv, (void)envp;
    report("new", "%x %x", first.error, second.error);
    box[0] = first.value;
    box[1] = second.value;
    sender = box_sender(box[0]).value;
    taker = box_taker(box[0]).value;
    order();
    rights();
    limits();
    no_room();
    descriptors();
    wait_for_another();
    deleted();
    report_end();
}
