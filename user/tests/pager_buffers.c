/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message buffers in pages that are not there, in a client's process and in a server's.
 * A pager brings them, full of letters that anybody can tell from their address.
 */
#include "actor.h"

#define PAGE     4096u
#define WINDOW   0x60000000u /* the pager's; the main thread's is behind it */
#define FUNCTION CALL_USER_FIRST
#define ROOM     64
#define SOME     12 /* bytes of data */

enum { CLIENT, SERVER, PROCESSES };

static uint32_t process[PROCESSES];
static uint32_t manager, door, clients_door, servers_door, to_server;
static uint8_t buffer[ROOM];
static struct actor client, other, server, pager;

/* What the pager has seen, and how it is to behave. */
static struct fault_message fault[16];
static volatile uint32_t faults;
static volatile bool hold, refuse, divert;

static uint8_t
letter(uint32_t address)
{
    return 'a' + (address / PAGE * 5 + address % PAGE * 3 + challenge.param[0] % 1000) % 26;
}

/* --- The pager, a thread of the root process. */

/* By way of a page at `window`. */
static void
bring(uint32_t to, uint32_t page, uint32_t window)
{
    uint32_t n = letter(page) - 'a';

    memory_map(DESCRIPTOR_ROOT, window, 1, MEMORY_WRITABLE);
    for (uint32_t i = 0; i < PAGE; i++) {
        ((uint8_t *)window)[i] = 'a' + n;
        n = n < 23 ? n + 3 : n - 23;
    }
    memory_share(to, page, 1, MEMORY_WRITABLE, DESCRIPTOR_ROOT, window);
    memory_unmap(DESCRIPTOR_ROOT, window, 1);
}

/* Where a thread goes on that the pager has sent somewhere else. */
static void
landed(void)
{
    client.word[0] = challenge.param[5];
    client.done = true;
    thread_exit();
}

static void (*landing)(void) = landed;

static void
send_away(struct fault_message *f)
{
    f->registers.eip = (uint32_t)landing;
    reply(0, &f->registers, call_sizes(sizeof(f->registers), sizeof(f->registers), 0));
}

static void
pages(void *argument)
{
    static struct fault_message f;

    (void)argument;
    for (;;) {
        struct message m = receive(manager, &f, sizeof(f), 0);

        if (m.function != MESSAGE_FAULT)
            continue;
        fault[faults++ % 16] = f;
        while (hold)
            yield();
        if (refuse) {
            reply_error(1);
        } else if (divert) {
            send_away(&f);
        } else {
            bring(process[m.cookie], f.address & ~(PAGE - 1), WINDOW);
            reply(m.cookie, NULL, 0);
        }
    }
}

/* Where the faults were since the last time, by their distance from `base`. */
static void
report_faults(const char *name, uint32_t base)
{
    char text[80];
    uint32_t at = 0;

    for (uint32_t i = 0; i < faults; i++)
        at += snprintf(text + at, sizeof(text) - at, "%s%x:%u:%u", i ? " " : "", fault[i].address - base, fault[i].access, fault[i].vector);
    report(name, "%s", faults ? text : "none");
    faults = 0;
}

/* --- The client's thread calls; afterwards it looks at what it got. */

static void
calls(void *argument)
{
    struct actor *a = argument;

    a->r = send(a->function, a->door, a->buffer, a->sizes);
    if (a->r.sizes)
        memcpy(a->word, a->buffer, sizeof(a->word));
    a->done = true;
}

static void
start_call(uint32_t function, uint32_t target, uint32_t at, uint32_t sizes)
{
    client.function = function;
    client.door = target;
    client.buffer = (void *)at;
    client.sizes = sizes;
    memset(client.word, 0, sizeof(client.word));
    actor_start(&client, process[CLIENT], calls);
}

/* Until the pager has done its work, and the thread its own; but not for ever. */
static void
await(const struct actor *a)
{
    uint32_t start = clock_milliseconds();

    while (!a->done && clock_milliseconds() - start < 500)
        yield();
    settle();
}

static void
report_client(const char *name)
{
    await(&client);
    report(name, "%u %x %x %x", client.done, client.r.value, client.r.error, client.r.sizes);
}

/* Are these bytes the letters of the memory at `at`? */
static bool
same(const void *bytes, uint32_t at, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        if (((const uint8_t *)bytes)[i] != letter(at + i))
            return false;
    return true;
}

/* --- The sender's buffer: `at`, of which only the page at `present` is there. */

static void
send_from(const char *name, uint32_t at, uint32_t present)
{
    struct message m;

    if (present)
        bring(process[CLIENT], present, WINDOW + PAGE);
    start_call(FUNCTION, clients_door, at, call_sizes(ROOM, SOME, 0));
    memset(buffer, 0, sizeof(buffer));
    m = receive(door, buffer, sizeof(buffer), 0);
    report("sent", "%x %x %u", m.function, m.sizes, same(buffer, at, SOME));
    reply(0, "reply...", call_sizes(8, 8, 0));
    report_client("sent.reply");
    report_faults(name, at);
}

static void
senders(void)
{
    send_from("send.inside", 0x30000100, 0);
    send_from("send.second", 0x30102000 - 4, 0x30101000);
    send_from("send.first", 0x30202000 - 8, 0x30202000);
    send_from("send.both", 0x30302000 - 8, 0);
}

/* --- Where the reply goes.  The server never waits for it. */

/* A call without data, and with a reply of `size` bytes. */
static void
reply_to(const char *name, uint32_t at, uint32_t present, uint32_t size)
{
    struct result r;

    if (present)
        bring(process[CLIENT], present, WINDOW + PAGE);
    start_call(FUNCTION, clients_door, at, call_sizes(ROOM, 0, 0));
    receive(door, buffer, sizeof(buffer), 0);
    for (uint32_t i = 0; i < size; i++)
        buffer[i] = letter(at + i + 1);
    hold = true;
    r = reply(0, buffer, call_sizes(ROOM, size, 0));
    settle();
    report("replied", "%x %x %u %u", r.value, r.error, faults, client.done);
    actor_sends(&other, DESCRIPTOR_ROOT, FUNCTION + 8, door, ROOM, 4);
    report("goes-on", "%x", receive(door, buffer, sizeof(buffer), 0).function);
    reply(0, NULL, 0);
    settle();
    report("goes-on.done", "%u %u", other.done, client.done);
    hold = false;
    report_client("reply.client");
    report("reply.data", "%u", same(client.word, at + 1, size));
    report_faults(name, at);
}

static void
replies(void)
{
    reply_to("reply.inside", 0x31000200, 0, SOME);
    reply_to("reply.second", 0x31102000 - 4, 0x31101000, SOME);
    reply_to("reply.first", 0x31202000 - 8, 0x31202000, SOME);
    reply_to("reply.both", 0x31302000 - 8, 0, 16);
}

/* A descriptor comes with it: it is the client's whatever becomes of the page. */
static void
descriptor_reply(void)
{
    uint32_t word = descriptor_word(descriptor_duplicate(door, RIGHTS_ALL, 0).value, RIGHTS_ALL, DESCRIPTOR_MOVE);
    uint32_t given;

    start_call(FUNCTION, clients_door, 0x31400ffc, call_sizes(ROOM, 0, 0));
    receive(door, buffer, sizeof(buffer), 0);
    memcpy(buffer, "abcd", 4);
    memcpy(buffer + 4, &word, 4);
    reply(0, buffer, call_sizes(ROOM, 4, 1));
    report_client("descriptor.client");
    report_faults("descriptor", 0x31400ffc);
    given = client.word[1] & DESCRIPTOR_NUMBER;
    start_call(CALL_LOOK, given, 0x31402000 - 8, call_sizes(sizeof(struct look), 0, 0));
    await(&client);
    report("descriptor.look", "%x %x %x", client.r.error, client.word[0], client.word[2]);
    faults = 0;
}

/* The pager has no page: the client ends, and what was kept for it is given back. */
static void
refused(void)
{
    uint32_t free = frames_free();

    start_call(FUNCTION, clients_door, 0x31500000, call_sizes(ROOM, 0, 0));
    receive(door, buffer, sizeof(buffer), 0);
    refuse = true;
    reply(0, buffer, call_sizes(ROOM, SOME, 0));
    while (!faults)
        yield();
    settle();
    refuse = false;
    descriptor_close(client.thread);
    report("refused", "%u %u", client.done, free - frames_free());
    report_faults("refused.faults", 0x31500000);
}

/* Its registers are changed: the call is forgotten, with the reply that was kept. */
static void
diverted(void)
{
    uint32_t free = frames_free();

    divert = true;
    start_call(FUNCTION, clients_door, 0x31600000, call_sizes(ROOM, 0, 0));
    receive(door, buffer, sizeof(buffer), 0);
    reply(0, buffer, call_sizes(ROOM, SOME, 0));
    await(&client);
    descriptor_close(client.thread);
    report("diverted", "%u %x %u", client.done, client.word[0], free - frames_free());
    divert = false;
    report_faults("diverted.faults", 0x31600000);
}

/* --- A server in a process of its own, which receives where no page is. */

static void
serves(void *argument)
{
    struct actor *a = argument;
    struct message m = receive(servers_door, a->buffer, ROOM, a->word[3]);

    a->r = (struct reply){m.function, m.cookie, m.sizes};
    if (m.function != CALL_INVALID) {
        memcpy(a->word, a->buffer, SOME);
        a->buffer = (uint8_t *)a->buffer + 0x10000;
        a->r.error = reply(0, a->buffer, call_sizes(ROOM, SOME, 0)).error;
    }
    a->done = true;
}

static void
start_server(uint32_t at, uint32_t limit)
{
    server.buffer = (void *)at;
    server.word[3] = limit;
    actor_start(&server, process[SERVER], serves);
    for (uint32_t start = clock_milliseconds(); clock_milliseconds() - start < 50;)
        yield();
}

/* Its buffer is fetched as it begins to wait, goes away, and is fetched again; so is the one that it replies from. */
static void
receivers(void)
{
    uint32_t at = 0x32001000 - 4;

    start_server(at, 0);
    report_faults("receive.begins", at);
    memory_unmap(process[SERVER], at & ~(PAGE - 1), 2);
    memcpy(other.word, (const void *)&challenge.param[2], SOME);
    actor_sends(&other, DESCRIPTOR_ROOT, FUNCTION, to_server, 16, SOME);
    await(&other);
    report("received", "%u %x %x %x", server.done, server.r.value, server.r.error, server.r.sizes);
    report("received.data", "%x %x %x", server.word[0], server.word[1], server.word[2]);
    report("received.reply", "%u %x %x %u", other.done, other.r.error, other.r.sizes, same(other.word, at + 0x10000, SOME));
    report_faults("receive", at);
}

/* Its time goes on while the page is brought: 150 ms, and the pager takes 200. */
static void
limited(void)
{
    uint32_t at = 0x32300000, start;

    bring(process[SERVER], at, WINDOW + PAGE);
    start_server(at, 150);
    start = clock_milliseconds();
    memory_unmap(process[SERVER], at, 1);
    hold = true;
    actor_sends(&other, DESCRIPTOR_ROOT, FUNCTION, to_server, 16, SOME);
    while (clock_milliseconds() - start < 200)
        yield();
    thread_delete(other.thread);
    hold = false;
    await(&server);
    report("limited", "%u %x %x", server.done, server.r.value, server.r.error);
    report_faults("limited.faults", at);
}

/* A RECEIVE whose page the pager does not bring; it sends the thread elsewhere, to receive again. */
static void
receives_again(void)
{
    uint32_t start = clock_milliseconds();

    server.r.value = receive(servers_door, NULL, 0, 100).cookie;
    server.r.sizes = clock_milliseconds() - start;
    server.done = true;
    thread_exit();
}

static void
diverted_limit(void)
{
    uint32_t at = 0x32400000;

    bring(process[SERVER], at, WINDOW + PAGE);
    start_server(at, 100);
    memory_unmap(process[SERVER], at, 1);
    landing = receives_again;
    divert = true;
    actor_sends(&other, DESCRIPTOR_ROOT, FUNCTION, to_server, 16, SOME);
    settle();
    thread_delete(other.thread);
    await(&server);
    divert = false;
    report("diverted.limit", "%u %x %u", server.done, server.r.value, server.r.sizes >= 100);
    faults = 0;
}

/* --- The kernel's own calls. */

static void
kernel_calls(void)
{
    start_call(CALL_CONSOLE_WRITE, 0, 0x33000010, call_sizes(40, 40, 0));
    report_client("console");
    start_call(CALL_CONSOLE_WRITE, 0, 0x33101000 - 20, call_sizes(40, 40, 0));
    report_client("console.border");
    start_call(CALL_LOOK, clients_door, 0x33201000 - 4, call_sizes(sizeof(struct look), 0, 0));
    report_client("look");
    report_faults("kernel", 0x33000000);
}

/* --- A process that nobody cares for. */

static void
alone(void)
{
    process_manager(process[CLIENT], 0, 0, 0);
    start_call(FUNCTION, clients_door, 0x34000000, call_sizes(ROOM, SOME, 0));
    report_client("alone.send");
    start_call(CALL_CONSOLE_WRITE, 0, 0x34000000, call_sizes(ROOM, SOME, 0));
    report_client("alone.console");
    start_call(CALL_LOOK, clients_door, 0x34000000, call_sizes(ROOM, 0, 0));
    report_client("alone.look");
    start_call(FUNCTION, clients_door, 0x34000000, call_sizes(ROOM, 0, 0));
    receive(door, buffer, sizeof(buffer), 0);
    report_result("alone.replied", reply(0, buffer, call_sizes(ROOM, SOME, 0)));
    report_client("alone.reply");
    report("alone.receive", "%x %x", -1, receive(door, (void *)0x34000000, ROOM, 0).cookie);
    report_faults("alone.faults", 0x34000000);
}

static uint32_t
give(uint32_t to, uint32_t number, uint32_t flags)
{
    uint32_t word = descriptor_word(number, RIGHTS_ALL, flags);

    return process_give(to, &word, 1).value;
}

static void
start(void)
{
    uint32_t owner = door_create(CALL_MACHINE, false, 0).value;

    manager = door_create(CALL_MACHINE, false, 0).value;
    door = door_create(CALL_MACHINE, false, 0).value;
    for (int i = 0; i < PROCESSES; i++) {
        process[i] = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
        process_thread(process[i]); /* never runs: the process does not end */
        process_manager(process[i], manager, RIGHTS_ALL, i);
    }
    clients_door = give(process[CLIENT], descriptor_duplicate(door, RIGHTS_ALL, 0).value, DESCRIPTOR_MOVE);
    to_server = descriptor_duplicate(owner, RIGHTS_ALL, 0).value;
    servers_door = give(process[SERVER], owner, DESCRIPTOR_MOVE);
    actor_start(&pager, DESCRIPTOR_ROOT, pages);
    settle();
}

int
main(const struct boot_info *info)
{
    (void)info;
    start();
    senders();
    replies();
    descriptor_reply();
    refused();
    diverted();
    receivers();
    limited();
    diverted_limit();
    kernel_calls();
    alone();
    report_end();
}
