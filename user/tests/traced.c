/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads whose calls come here first, and are let pass: what their tracer hears, and what becomes of them.  A tape has
 * T and the vector for a call that is about to be made, R and its value and error for one that is over, F and the vector
 * for a fault.
 */
#include "actor.h"
#include "limit.h"

#define PAGE  0x20000000u /* absent at first */
#define SOON  20          /* milliseconds */
#define ENTRY 0x8000u     /* a function of a server's */

static struct actor actor, other, third;
static uint32_t door, server, process; /* the tracer's; another one of ours; a peer, whose manager we are */
static uint32_t keeper;                /* a thread of the peer, so that it does not end */
static struct fault_message said;
static char tape[80];
static uint32_t taped;

static void
add(const char *format, uint32_t a, uint32_t b)
{
    if (taped < sizeof(tape))
        taped += snprintf(tape + taped, sizeof(tape) - taped, format, a, b);
}

static const char *
tape_out(void)
{
    static char last[sizeof(tape)];

    memcpy(last, tape, sizeof(last));
    taped = tape[0] = 0;
    return last;
}

/* A traced thread of that process, which has not begun; its peer's sees the calls through `door`, with cookie 7. */
static void
prepare(struct actor *a, uint32_t in, void (*act)(void *))
{
    struct registers r = {.eax = (uint32_t)&a->act, .eip = (uint32_t)thread_entry, .esp = (uint32_t)&a->act};

    a->act = act;
    a->self = a;
    a->done = false;
    memset(a->word, 0, sizeof(a->word));
    a->thread = process_thread(in).value;
    thread_write(a->thread, &r);
    if (thread_trace(a->thread, door, 7).error)
        add("no trace ", 0, 0);
}

static void
begin(struct actor *a, uint32_t in, void (*act)(void *))
{
    prepare(a, in, act);
    thread_run(a->thread);
}

/* The next message, on the tape. */
static struct message
hear(void)
{
    struct message m;
    const struct registers *r = &said.registers;

    do
        m = receive(door, &said, sizeof(said), SOON);
    while (m.function == MESSAGE_UNREF || m.function == MESSAGE_THREAD_ENDED);
    if (m.function == MESSAGE_TRAP)
        add("T%x ", said.vector, 0);
    else if (m.function == MESSAGE_RESULT)
        add("R%x,%x ", r->eax, r->ebx);
    else if (m.function == MESSAGE_FAULT)
        add("F%x ", said.vector, 0);
    if ((m.function == MESSAGE_TRAP || m.function == MESSAGE_RESULT) && m.cookie != 7)
        add("cookie %x ", m.cookie, 0);
    return m;
}

/* Lets all pass, until nothing comes any more.  What is absent is brought. */
static void
let_pass(void)
{
    struct message m;

    while ((m = hear()).function != CALL_INVALID) {
        if (m.function == MESSAGE_FAULT && said.vector == 14)
            memory_map(process, said.address & -4096u, 1, MEMORY_WRITABLE);
        reply(m.cookie, NULL, 0);
    }
}

/* Is there such a thread, and does it wait? */
static const char *
state(const struct actor *a)
{
    struct thread_view view;

    if (thread_read(a->thread, &view).error)
        return "ended";
    return view.state == THREAD_IS_WAITING ? "waits" : view.state == THREAD_IS_STOPPED ? "stopped" : "ready";
}

static void
forget(struct actor *a)
{
    thread_delete(a->thread);
    descriptor_close(a->thread);
    settle();
}

/* --- The ways in. */

static void
calls(void *argument)
{
    struct actor *a = argument;

    a->word[0] = call_int(CALL_WOULDBLOCK, server, NULL, 0).value;
    a->word[1] = call_sysenter(CALL_WOULDBLOCK, server, NULL, 0).value;
    a->word[2] = call_int(CALL_CLOSE, 99999, NULL, 0).error;
    a->done = true;
    call_sysenter(CALL_THREAD_EXIT, 0, NULL, 0);
}

static void
ways(void)
{
    begin(&actor, DESCRIPTOR_ROOT, calls);
    let_pass();
    report("ways", "%s", tape_out());
    report("found", "%x %x %x %u %s", actor.word[0], actor.word[1], actor.word[2], actor.done, state(&actor));
    descriptor_close(actor.thread);
}

__asm__(".text\nint_80: int $0x80; ret\n");
void int_80(void);

/* It has registers of its own for a kernel call, in a process that calls the kernel otherwise, or not. */
static void
foreign(void *argument)
{
    struct actor *a = argument;
    uint32_t buffer = 0, sizes = 0;

    __asm__ volatile("call int_80" : "=a"(a->word[0]), "=b"(a->word[1]), "+S"(buffer), "+D"(sizes)
                     : "0"(CALL_YIELD), "1"(0) : "memory");
    a->done = true;
    call_sysenter(CALL_THREAD_EXIT, 0, NULL, 0);
}

static void
no_call(void)
{
    struct message m;

    begin(&actor, process, foreign);
    hear();
    reply(7, NULL, 0);
    m = hear();
    add("%x %x", said.error, said.registers.eip - (uint32_t)int_80);
    said.registers.eip += 2;
    reply(m.cookie, &said.registers, call_sizes(sizeof(said.registers), sizeof(said.registers), 0));
    report("foreign", "%s", tape_out());
    let_pass();
    report("rest", "%s%u", tape_out(), actor.done);
    descriptor_close(actor.thread);
    process_vector(process, 0x80);
    begin(&actor, process, foreign);
    let_pass();
    report("vector", "%s%u", tape_out(), actor.done);
    descriptor_close(actor.thread);
    process_vector(process, CALL_VECTOR);
}

/* --- Calls that take long. */

static void
looks(void *argument)
{
    struct actor *a = argument;

    a->word[0] = call_sized(CALL_LOOK, 1, (void *)PAGE, call_sizes(sizeof(struct look), 0, 0)).error;
    a->done = true;
    thread_exit();
}

/* A page of the buffer is absent: one call, one result. */
static void
absent(void)
{
    uint32_t word = descriptor_word(server, RIGHTS_ALL, 0);

    process_give(process, &word, 1);
    begin(&actor, process, looks);
    let_pass();
    report("absent", "%s%x %u", tape_out(), actor.word[0], actor.done);
    descriptor_close(actor.thread);
    memory_unmap(process, PAGE, 1);
}

static void
asks(void *argument)
{
    struct actor *a = argument;

    a->word[0] = send(ENTRY, 1, (void *)PAGE, call_sizes(8, 8, 0)).value;
    a->word[1] = *(volatile uint32_t *)PAGE;
    a->done = true;
    thread_exit();
}

/* The reply has to wait for its page. */
static void
set_aside(void)
{
    uint32_t words[2] = {0, 0};
    struct message m;

    memory_map(process, PAGE, 1, MEMORY_WRITABLE);
    begin(&actor, process, asks);
    hear();
    reply(7, NULL, 0);
    m = receive(server, words, sizeof(words), SOON);
    memory_unmap(process, PAGE, 1);
    words[0] = 1234;
    reply(m.cookie, words, call_sizes(8, 8, 0));
    let_pass();
    report("aside", "%s%u %u", tape_out(), actor.word[0], actor.word[1]);
    descriptor_close(actor.thread);
    memory_unmap(process, PAGE, 1);
}

static void
waits(void *argument)
{
    struct actor *a = argument;
    struct wait_list list = {.limit = 5, .door = {server}};

    a->word[0] = receive(server, NULL, 0, 5).cookie;
    a->word[1] = wait(&list, 1).error;
    list.limit = 0;
    a->word[2] = wait(&list, 1).error;
    a->done = true;
    thread_exit();
}

/* Limits; and a wait that somebody ends, who has called. */
static void
limits(void)
{
    uint32_t words[2];

    begin(&actor, DESCRIPTOR_ROOT, waits);
    let_pass();
    report("limits", "%s", tape_out());
    actor_sends(&other, DESCRIPTOR_ROOT, ENTRY, server, 8, 8);
    let_pass();
    report("woken", "%s%x %x %x %u", tape_out(), actor.word[0], actor.word[1], actor.word[2], actor.done);
    receive(server, words, sizeof(words), SOON);
    reply(0, NULL, 0);
    settle();
    descriptor_close(actor.thread);
    descriptor_close(other.thread);
}

/* --- One that serves. */

static void
serves(void *argument)
{
    struct actor *a = argument;
    uint32_t words[2];
    struct message m = receive(server, words, sizeof(words), 0);

    for (uint32_t i = 0; i < 2; i++) {
        words[0] += 1;
        words[1] = 0;
        m = reply_receive(m.cookie, words, call_sizes(8, 8, 0));
    }
    a->done = true;
    reply_error(1);
    thread_exit();
}

static void
serve(void)
{
    uint32_t got = 0;

    begin(&actor, DESCRIPTOR_ROOT, serves);
    let_pass();
    for (uint32_t i = 0; i < 3; i++) {
        other.word[0] = 10 * i;
        other.word[1] = 0;
        actor_sends(&other, DESCRIPTOR_ROOT, ENTRY, server, 8, 8);
        let_pass();
        got = 100 * got + (other.r.error ? 99 : other.r.value);
        descriptor_close(other.thread);
    }
    tape_out();
    report("served", "%u %u %s", got, actor.done, state(&actor));
    descriptor_close(actor.thread);
}

/* --- What the tracer does. */

static void
instead(void)
{
    struct registers r;

    begin(&actor, DESCRIPTOR_ROOT, calls);
    hear();
    report("busy", "%x %x", thread_trace(actor.thread, 0, 0).error, reply(7, &r, call_sizes(4, 4, 0)).error);
    r = said.registers;
    r.eax = 1000;
    reply(7, &r, call_sizes(sizeof(r), sizeof(r), 0));
    hear();
    reply_error(1);
    settle();
    report("instead", "%s%u %s", tape_out(), actor.word[0], state(&actor));
    descriptor_close(actor.thread);
}

/* It ends while its tracer has not replied; and while it waits in a call that was let pass. */
static void
ended(void)
{
    begin(&actor, DESCRIPTOR_ROOT, calls);
    hear();
    forget(&actor);
    report("gone", "%x", reply(7, NULL, 0).error);
    begin(&actor, DESCRIPTOR_ROOT, serves);
    hear();
    reply(7, NULL, 0);
    settle();
    report("inside", "%s", state(&actor));
    forget(&actor);
    report("after", "%x", would_block(server).value);
    tape_out();
}

/* Who was traced is not any more, in the middle of a call; and is traced by a sandbox only. */
static void
dropped(void)
{
    begin(&actor, DESCRIPTOR_ROOT, waits);
    hear();
    reply(7, NULL, 0);
    settle();
    thread_trace(actor.thread, 0, 0);
    let_pass();
    report("dropped", "%s%x %x", tape_out(), actor.word[0], actor.word[1]);
    forget(&actor);
    prepare(&actor, DESCRIPTOR_ROOT, calls);
    thread_sandbox(actor.thread, door, 7);
    thread_run(actor.thread);
    hear();
    reply(7, NULL, 0);
    hear();
    report("sandbox", "%s%u", tape_out(), actor.word[0]);
    forget(&actor);
}

/* A traced thread makes a sandbox for another one. */
static void
makes_sandbox(void *argument)
{
    struct actor *a = argument;

    a->word[0] = thread_sandbox(other.thread, door, 7).error;
    a->done = true;
    thread_exit();
}

static void
nested(void)
{
    prepare(&other, DESCRIPTOR_ROOT, calls);
    thread_trace(other.thread, 0, 0);
    begin(&actor, DESCRIPTOR_ROOT, makes_sandbox);
    let_pass();
    report("nested", "%s%x", tape_out(), actor.word[0]);
    thread_run(other.thread);
    hear();
    reply(7, NULL, 0);
    hear();
    report("inner", "%s", tape_out());
    forget(&other);
    descriptor_close(actor.thread);
}

static void
wrong(void)
{
    struct door_for none = {DESCRIPTOR_ROOT, {0, 0}};

    prepare(&actor, DESCRIPTOR_ROOT, calls);
    report("target", "%x", kernel_call(CALL_THREAD_TRACE, actor.thread, &none, sizeof(none)).error);
    report("size", "%x", kernel_call(CALL_THREAD_TRACE, actor.thread, &none, 4).error);
    report("address", "%x", kernel_call(CALL_THREAD_TRACE, actor.thread, (void *)0xfffff000, sizeof(none)).error);
    report("right", "%x", thread_trace(descriptor_duplicate(actor.thread, RIGHT_READ | RIGHT_START, 0).value, door, 0).error);
    forget(&actor);
}

/* --- Who calls whom. */

static uint32_t
number_of(uint32_t thread)
{
    struct thread_view view = {0};

    thread_read(thread, &view);
    return view.number;
}

static void
show(const char *name, uint32_t in, uint32_t thread, uint32_t at)
{
    struct process_call c = {0};
    uint32_t error = process_call(in, thread, at, &c).error;

    report(name, "%x %u %x %u %u %x", error, c.state, c.function, c.at_door, c.managed, c.server);
}

static void
whom(void)
{
    uint32_t number, word = descriptor_word(server, RIGHTS_ALL, 0), words[2];

    word = process_give(process, &word, 1).value;
    actor_sends(&actor, process, ENTRY, word, 8, 8);
    settle();
    number = number_of(actor.thread);
    show("keeper", process, 0, server);
    show("waits", process, number_of(keeper) + 1, server);
    show("elsewhere", process, number, door);
    receive(server, words, sizeof(words), SOON);
    show("received", process, number, server);
    reply(0, NULL, 0);
    settle();
    show("behind", process, number + 1, 0);
    show("own", DESCRIPTOR_ROOT, 0, 0);
    show("nobody", server, 0, 0);
    descriptor_close(actor.thread);
}

/* The peer's threads call each other, at a door of the peer's; and once that is who manages it. */
static void
managed(void)
{
    uint32_t its = door_create(CALL_MACHINE, false, 0).value, client, words[2], ours = descriptor_duplicate(its, RIGHTS_ALL, 0).value;

    client = descriptor_word(descriptor_duplicate(its, RIGHTS_ALL, 0).value, RIGHTS_ALL, DESCRIPTOR_MOVE);
    words[0] = client;
    words[1] = descriptor_word(its, RIGHTS_ALL, DESCRIPTOR_MOVE);
    client = process_give(process, words, 2).value;
    actor_sends(&actor, process, ENTRY, client, 8, 8);
    actor_sends(&other, process, ENTRY, client, 8, 8);
    settle();
    show("managed", process, number_of(actor.thread), 0);
    process_manager(process, ours, 0, 6);
    show("others", process, number_of(actor.thread), 0);
    process_manager(process, door, RIGHTS_ALL, 5);
    forget(&actor);
    forget(&other);
}

/* --- The tracer's end: before the call, with the call, and in the middle of it. */

static void
tracer_dies(void)
{
    receive(server, NULL, 0, SOON); /* MESSAGE_UNREF */
    begin(&actor, DESCRIPTOR_ROOT, serves);
    hear();
    reply(7, NULL, 0);
    begin(&other, DESCRIPTOR_ROOT, calls);
    hear();
    prepare(&third, DESCRIPTOR_ROOT, calls);
    descriptor_close(door);
    settle();
    thread_run(third.thread);
    settle();
    report("dies", "%s %s %s", state(&actor), state(&other), state(&third));
    report("late", "%x", send(ENTRY, descriptor_duplicate(server, RIGHTS_ALL, 0).value, tape, call_sizes(8, 8, 0)).error);
    settle();
    report("then", "%s", state(&actor));
}

int
main(const struct boot_info *info)
{
    static void (*const acts[])(void) = {ways, no_call, absent, set_aside, limits, serve, instead, ended, dropped, nested, wrong,
                                         whom, managed, tracer_dies};

    (void)info;
    door = door_create(CALL_MACHINE, false, 0).value;
    server = door_create(CALL_MACHINE, false, 0).value;
    process = peer_new(CALL_MACHINE, DESCRIPTOR_ROOT).value;
    process_manager(process, door, RIGHTS_ALL, 5);
    keeper = process_thread(process).value;
    for (uint32_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
        acts[i]();
    report_end();
}
