/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kills.  Clients call servers, servers call each other, pagers bring the pages of both; and in the
 * middle of it a controller ends threads and processes and closes doors, at moments that chance and the
 * timer choose, and puts new ones in their places.  Every so often all of it goes, and nothing may be left.
 *
 * Beside it live a client and a server that must not notice (bystander.c).
 */
#include "controller.h"

#define KILLS_ROUND 50
#define LOOKS       8  /* kills, or so, from one to the next */
#define TURNS_MAX   20 /* of the other threads between two kills */
#define MILLISECONDS 5 /* or so long */

#define SERVERS   2 /* processes 0 and 1 */
#define CLIENTS   3
#define PAGER     5 /* the last process */
#define PROCESSES 6
#define THREADS   3 /* in each process */
#define DOORS     5 /* two of each server, and the pager's */
#define PAGERS    4 /* that one's number */
#define STACK     1024
#define SPIN_MAX  20000

#define OWN_BUFFERS 0x30000000u /* in each process, page by page as the pager brings them */
#define OWN_PAGES   4

#define ABOVE 31 /* the controller's priority, and where it lets others be above what is usual: */
#define HIGH  29
#define HIGHER 30 /* the bystander's then */

/* All processes have this memory in common: who is there, by which numbers they know each other. */
static struct cast {
    uint32_t process, thread[THREADS]; /* descriptors of the controller's */
    uint32_t self;                     /* the process's of itself */
    volatile uint32_t door[DOORS];     /* its descriptors of the doors */
    uint32_t pagers;                   /* the pager's descriptor of the process */
    uint32_t lives;                    /* of its threads, so far */
} cast[PROCESSES];

static uint32_t doors[DOORS];        /* the controller's */
static uint32_t managers[PROCESSES]; /* its descriptors of the pager's door, of which the cookies tell the process */

static uint32_t highest; /* priority, that threads may have */
static volatile bool over; /* the round: who is above the kernel's own work would never let it end him */

uint32_t outcomes[OUTCOMES]; /* of calls to servers, as in doorstorm.h */

struct part {
    void (*play)(void *);
    void *part;
    uint32_t who, random;
};

/* A new thread may have the place of one that has not been told yet that it has ended: not its stack. */
static uint8_t stacks[PROCESSES][THREADS][2][STACK] __attribute__((aligned(16)));

void thread_entry(void);

/* --- Those who play. */

static uint32_t
chance(struct part *p, uint32_t count)
{
    p->random = p->random * 1103515245 + 12345;
    return (p->random >> 16) % count;
}

/* Somewhere in its own buffers; sometimes what was there goes away. */
static void *
buffer(struct part *p, uint32_t size)
{
    uint32_t at = OWN_BUFFERS + chance(p, OWN_PAGES * PAGE - size);

    if (chance(p, 8) == 0)
        memory_unmap(cast[p->who].self, at & ~(PAGE - 1), 1);
    return (void *)at;
}

/* Data, and now and then a descriptor. */
static uint32_t
message(struct part *p, uint32_t *at, uint32_t room)
{
    uint32_t size = chance(p, 4) * 8, descriptors = chance(p, 8) == 0;

    if (descriptors)
        at[size / 4] = descriptor_word(cast[p->who].door[chance(p, DOORS)], RIGHTS_ALL, 0);
    return call_sizes(room, size, descriptors);
}

static void
drop(const uint32_t *at, uint32_t sizes)
{
    for (uint32_t i = 0; i < call_descriptors(sizes); i++)
        descriptor_close(at[descriptors_at(call_data_size(sizes)) / 4 + i] & DESCRIPTOR_NUMBER);
}

static void
call_server(struct part *p, uint32_t door)
{
    uint32_t room = 64 + chance(p, 1000), *at = buffer(p, room), sizes = message(p, at, room);
    struct reply r = send(CALL_USER_FIRST, cast[p->who].door[door], at, sizes);

    drop(at, r.sizes);
    outcomes[r.error >= ERR_FIRST ? r.error - ERR_FIRST : r.error ? OUTCOMES - 1 : 0]++;
}

static void
client(void *argument)
{
    while (!over)
        call_server(argument, chance(argument, PAGERS));
}

/* A server has a message, and does one thing or another with it; perhaps later. */
static void
serve_message(struct part *p, uint32_t *at, struct message m, uint32_t *parked)
{
    uint32_t room = call_total_size(m.sizes), other = (p->who ^ 1) * 2 + chance(p, 2);

    drop(at, m.sizes);
    if (*parked)
        answer(*parked, at, message(p, at, room));
    *parked = 0;
    switch (chance(p, 16)) {
    case 0: reply(0, NULL, 0); break;
    case 1: reply_error(1); break;
    case 2: descriptor_close(park(0).value); break;
    case 3: *parked = park(0).value; break;
    case 4: *parked = park(0).value; call_server(p, other); break;
    case 5: call_server(p, other); reply(0, at, message(p, at, 64)); break;
    default: reply(0, at, message(p, at, 64)); break;
    }
}

/* Milliseconds; seldom for ever. */
static uint32_t
limit(struct part *p)
{
    return chance(p, 16) ? 1 + chance(p, 3) : 0;
}

static void
server(void *argument)
{
    struct part *p = argument;
    uint32_t parked = 0;

    while (!over) {
        const volatile uint32_t *own = &cast[p->who].door[p->who * 2];
        struct wait_list list = {limit(p), {own[0], own[1]}};
        uint32_t door = chance(p, 2) ? own[chance(p, 2)] : wait(&list, 2).value;
        uint32_t *at = buffer(p, 1200);
        struct message m = receive(door, at, 1200, limit(p));

        while (m.function >= CALL_USER_FIRST && m.function != CALL_INVALID && chance(p, 4) == 0) {
            drop(at, m.sizes);
            m = reply_receive(0, at, call_sizes(1200, chance(p, 3) * 4, 0));
        }
        if (m.function >= CALL_USER_FIRST && m.function != CALL_INVALID)
            serve_message(p, at, m, &parked);
    }
}

/*
 * Brings pages; but some threads it ends.  It may be there already, for another thread of the process; or for
 * ever, if this is a thread of the process that was there before: not even a high priority helps that one.
 */
static void
serve_fault(struct part *p, const struct fault_message *fault, uint32_t who)
{
    uint32_t page = fault->address & ~(PAGE - 1), error = ERR_ADDRESS;

    if (page - OWN_BUFFERS < OWN_PAGES * PAGE)
        error = memory_map(cast[who].pagers, page, 1, MEMORY_WRITABLE).error;
    if (chance(p, error ? 16 : 64))
        reply(who, NULL, 0);
    else
        reply_error(1);
}

static void
pager(void *argument)
{
    struct part *p = argument;
    struct fault_message at;

    while (!over) {
        struct message m = receive(cast[PAGER].door[PAGERS], &at, sizeof(at), limit(p));

        if (m.function == MESSAGE_FAULT)
            serve_fault(p, &at, m.cookie);
    }
}

/* Comes into a process to close one of its doors. */
static void
closer(void *argument)
{
    struct part *p = argument;

    descriptor_close(p->random);
}

/* --- Putting them in their places. */

static uint32_t
owner(uint32_t door)
{
    return door == PAGERS ? PAGER : door / 2;
}

/* What is at the end of a stack for thread_entry() and whom it calls. */
static uint32_t
new_part(uint8_t *stack_end, uint32_t who, void (*play)(void *), uint32_t random)
{
    struct part *p = (struct part *)stack_end - 1;

    *p = (struct part){play, p, who, random};
    return (uint32_t)p;
}

/* The process may just have come to its end: then there is none. */
static void
put_thread(uint32_t who, uint32_t i)
{
    uint32_t thread = process_thread(cast[who].process).value;
    uint32_t p = new_part(stacks[who][i][cast[who].lives++ % 2] + STACK, who,
                          who < SERVERS ? server : who == PAGER ? pager : client, below(-1));
    struct registers r = {.eax = p, .eip = (uint32_t)thread_entry, .esp = p};

    thread_write(thread, &r);
    if (below(4) == 0)
        thread_priority(thread, below(highest + 1), CALL_MACHINE);
    thread_run(thread);
    cast[who].thread[i] = thread;
}

/* The program, in as few calls as it takes: text that is read, data that is written. */
static void
share_program(uint32_t process)
{
    struct memory_view view;
    uint32_t from = 0, to = 0;

    must(memory_query(DESCRIPTOR_ROOT, USER_BASE, MEMORY_PAGES_MAX, &view));
    while (view.page[from]) {
        uint32_t flags = view.page[from] & MEMORY_WRITABLE, at = USER_BASE + from * PAGE;

        while (to < MEMORY_PAGES_MAX && view.page[to] && (view.page[to] & MEMORY_WRITABLE) == flags)
            to++;
        must(memory_share(process, at, to - from, flags, DESCRIPTOR_ROOT, at));
        from = to;
    }
}

/* One process has this door, the others know it. */
static void
put_door(uint32_t door)
{
    uint32_t own = must(door_create(CALL_MACHINE, 0, 0));
    struct result given;

    doors[door] = must(descriptor_duplicate(own, RIGHTS_ALL, 0));
    for (uint32_t who = 0; door == PAGERS && who < PROCESSES; who++)
        managers[who] = must(descriptor_duplicate(own, RIGHTS_ALL, who));
    given = give(cast[owner(door)].process, own, RIGHTS_ALL, DESCRIPTOR_MOVE);
    cast[owner(door)].door[door] = given.value;
    if (given.error)
        must(descriptor_close(own));
    for (uint32_t who = 0; who < PROCESSES; who++)
        if (who != owner(door) && cast[who].process)
            cast[who].door[door] = give(cast[who].process, doors[door], RIGHTS_ALL, 0).value;
}

/* Fails while a fault of the process is still with the pager before. */
static void
set_manager(uint32_t who)
{
    if (who != PAGER && cast[who].process)
        process_manager(cast[who].process, managers[who], RIGHTS_ALL, 0);
}

static void
introduce(uint32_t who)
{
    uint32_t process = cast[who].process;

    cast[who].self = must(give(process, process, RIGHTS_ALL, 0));
    for (uint32_t door = 0; door < DOORS; door++)
        if (owner(door) == who)
            put_door(door);
        else if (doors[door])
            cast[who].door[door] = must(give(process, doors[door], RIGHTS_ALL, 0));
    for (uint32_t other = 0; other < PROCESSES; other++)
        if ((who == PAGER || other == who) && cast[other].process && cast[PAGER].process)
            cast[other].pagers = give(cast[PAGER].process, cast[other].process, RIGHTS_ALL, 0).value;
}

static void
put_process(uint32_t who)
{
    cast[who].process = must(process_create());
    share_program(cast[who].process);
    introduce(who);
    for (uint32_t other = 0; other < PROCESSES; other++)
        set_manager(other);
    for (uint32_t i = 0; i < THREADS; i++)
        put_thread(who, i);
}

/* --- Ending them. */

static void
end_thread(uint32_t who, uint32_t i)
{
    done += thread_delete(cast[who].thread[i]).error == 0;
    descriptor_close(cast[who].thread[i]);
    put_thread(who, i);
}

static void
forget_door(uint32_t door)
{
    must(descriptor_close(doors[door]));
    doors[door] = 0;
    for (uint32_t who = 0; door == PAGERS && who < PROCESSES; who++)
        must(descriptor_close(managers[who]));
}

static void
end_process(uint32_t who)
{
    must(process_delete(cast[who].process));
    cast[who].process = 0;
    for (uint32_t i = 0; i < THREADS; i++)
        descriptor_close(cast[who].thread[i]);
    for (uint32_t door = 0; door < DOORS; door++)
        if (owner(door) == who)
            forget_door(door);
}

/* The door is closed from inside, as soon as that thread runs; there is another one in its place already. */
static void
close_door(uint32_t door)
{
    static uint8_t closers[KILLS_ROUND][256] __attribute__((aligned(16)));
    static uint32_t turn;
    uint32_t who = owner(door), p;

    p = new_part(closers[++turn % KILLS_ROUND] + 256, who, closer, cast[who].door[door]);
    done += process_start(cast[who].process, (uint32_t)thread_entry, p, p).error == 0;
    forget_door(door);
    put_door(door);
    for (uint32_t other = 0; door == PAGERS && other < PROCESSES; other++)
        set_manager(other);
}

static bool
has_ended(uint32_t who)
{
    struct memory_view view;

    return memory_query(cast[who].process, USER_BASE, 1, &view).error == ERR_TARGET;
}

/* In the place of a thread that a pager has ended, or of a process that has lost its last one. */
static void
mend(uint32_t who)
{
    struct thread_view view;

    set_manager(who);
    if (has_ended(who)) {
        end_process(who);
        put_process(who);
    }
    for (uint32_t i = 0; i < THREADS; i++)
        if (thread_read(cast[who].thread[i], &view).error) {
            descriptor_close(cast[who].thread[i]);
            put_thread(who, i);
        }
}

/* --- The controller. */

/* Lets the others get on for a while: some turns, up to the next tick, or part of a time slice; or not at all. */
static void
let_play(void)
{
    switch (below(8)) {
    case 0: break;
    case 1: for (uint32_t n = below(TURNS_MAX); n; n--) yield(); break;
    case 2: for (volatile uint32_t n = below(SPIN_MAX); n; n--); break;
    default: for (uint32_t n = below(MILLISECONDS); n; n--) sleep();
    }
}

static void
strike(void)
{
    uint32_t fewer = below(2); /* pagers, whom so many depend on */
    uint32_t who = below(PAGER + fewer), i = below(THREADS);

    switch (below(16)) {
    case 0: case 1: case 2: end_process(who); done++; put_process(who); break;
    case 3: case 4: close_door(below(PAGERS + fewer)); break;
    case 5: thread_stop(cast[who].thread[i]); break;
    case 6: case 7: thread_run(cast[who].thread[i]); break;
    case 8: thread_priority(cast[who].thread[i], below(highest + 1), CALL_MACHINE); break;
    default: end_thread(who, i);
    }
}

/* In every other round the controller and some threads are above all that is usual, the kernel's own work included. */
static void
play_round(uint32_t me)
{
    bool high = rounds % 2;

    over = false;
    highest = high ? HIGH : PRIORITY_DEFAULT;
    must(thread_priority(me, high ? ABOVE : PRIORITY_DEFAULT, CALL_MACHINE));
    for (uint32_t who = PROCESSES; who--;) /* the pager first */
        put_process(who);
    for (uint32_t n = 0; n < KILLS_ROUND; n++) {
        let_play();
        if (below(LOOKS) == 0)
            look_at(IN_THE_MIDDLE);
        strike();
        for (uint32_t who = 0; who < PROCESSES; who++)
            mend(who);
    }
    for (uint32_t first = below(PROCESSES), n = 0; n < PROCESSES; n++)
        end_process((first + n) % PROCESSES);
    over = true;
    must(thread_priority(me, PRIORITY_DEFAULT, CALL_MACHINE)); /* when it goes on all that was left to do is done */
    rounds++;
}

static uint32_t me; /* a descriptor of the controller's thread */

static void
control(void *argument)
{
    (void)argument;
    start_bystander(&info->module[1], HIGHER);
    await_bystander();
    look_at(AT_START);
    while (done < wanted) {
        play_round(me);
        await_bystander();
        look_at(BETWEEN);
    }
    look_at(AT_END);
    report_end();
}

/* The root process's first thread has no descriptor, and so no other priority than that which it has. */
int
main(const struct boot_info *boot)
{
    static uint8_t stack[PAGE] __attribute__((aligned(16)));
    uint32_t p;

    prepare(boot);
    p = new_part(stack + PAGE, 0, control, 0);
    me = new_thread(DESCRIPTOR_ROOT, (uint32_t)thread_entry, p, p);
    must(thread_run(me));
    for (;;)
        receive(nothing, NULL, 0, 0);
}
