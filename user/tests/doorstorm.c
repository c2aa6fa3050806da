/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A storm of calls, in rounds.  Each round has its processes (doorhostile.c), with descriptors of
 * each other, of themselves and of the machine; when they have called often enough, or do not get on any
 * more, they are deleted, whatever they are doing.  Beside it live a client and a server that must not notice.
 */
#include "controller.h"

#define THREADS_FIRST 4    /* of each process, at the start of a round */
#define DOORS         2    /* of each process */
#define CALLS_ROUND   2000 /* then it is over */
#define STILL         2    /* milliseconds without a call: then it gets another thread */
#define LOOKS         32   /* milliseconds, or so, between two in the middle */
#define LONGEST       300  /* milliseconds of a round */
#define SEVENTH       7    /* rounds are special in one way or another */
#define SCARCE        48   /* frames that are left in a round where memory is short */

#define HOSTILE (&info->module[1])

#define BOARDS    0x20000000u
#define COMMON    0x22000000u
#define HOARD     0x40000000u

static struct {
    uint32_t process;
    struct board *board;
} storm[STORMERS];

/* --- The storm. */

static void
share_boards(uint32_t i)
{
    struct board *b = storm[i].board;

    must(memory_share(storm[i].process, BOARD, BOARD_PAGES, MEMORY_WRITABLE, DESCRIPTOR_ROOT, (uint32_t)b));
    b->seed = below(-1);
    b->first = done + i;
    b->step = STORMERS;
    b->calls = b->slots = 0;
}

static void
map_arena(uint32_t process)
{
    for (uint32_t i = 0, at = ARENA; ARENA_PAGES[i]; i++, at += PAGE)
        switch (ARENA_PAGES[i]) {
        case 'w': must(memory_map(process, at, 1, MEMORY_WRITABLE)); break;
        case 'r': must(memory_map(process, at, 1, 0)); break;
        case 'C': must(memory_share(process, at, 1, MEMORY_WRITABLE, DESCRIPTOR_ROOT, COMMON)); break;
        case 'D': must(memory_device(process, at, 1, MEMORY_WRITABLE, 0xb8000)); break;
        }
    must(memory_map(process, TOP, 1, MEMORY_WRITABLE));
}

/* The machine, but to stop it; and each other, sometimes with the right to delete. */
static void
give_objects(uint32_t i)
{
    uint32_t rights = rounds % SEVENTH ? RIGHTS_ALL & ~RIGHT_DELETE : RIGHTS_ALL;

    must(give(storm[i].process, CALL_MACHINE, RIGHTS_ALL & ~RIGHT_STOP, 0));
    for (uint32_t j = 0; j < STORMERS; j++)
        must(give(storm[i].process, storm[j].process, rights, 0));
}

/* A door of process `i`, which the others know; mostly it is the manager of one of them, too. */
static void
give_door(uint32_t i)
{
    uint32_t door = must(door_create(CALL_MACHINE, below(2), below(-1)));

    for (uint32_t j = 0; j < STORMERS; j++)
        if (j != i)
            must(give(storm[j].process, door, RIGHTS_ALL, 0));
    if (below(2))
        must(process_manager(storm[(i + 1) % STORMERS].process, door, RIGHTS_ALL, below(-1)));
    must(give(storm[i].process, door, RIGHTS_ALL, DESCRIPTOR_MOVE));
}

static uint32_t
stack(uint32_t i)
{
    return USER_END - storm[i].board->slots++ * PAGE;
}

/* A thread that all of them have a descriptor of. */
static uint32_t
new_known_thread(uint32_t i)
{
    uint32_t thread = new_thread(storm[i].process, entry_of(HOSTILE), stack(i), (uint32_t)info);

    for (uint32_t j = 0; j < STORMERS; j++)
        must(give(storm[j].process, thread, RIGHTS_ALL, 0));
    return thread;
}

/* The first that run may end the others before they do. */
static void
start_threads(void)
{
    uint32_t threads[THREADS_FIRST * STORMERS];

    for (uint32_t i = 0; i < THREADS_FIRST * STORMERS; i++)
        threads[i] = new_known_thread(i % STORMERS);
    for (uint32_t i = 0; i < THREADS_FIRST * STORMERS; i++) {
        thread_run(threads[i]);
        must(descriptor_close(threads[i]));
    }
}

/* One that nobody knows; the storm may have used up all memory, or ended the process. */
static void
add_thread(uint32_t i)
{
    if (storm[i].board->slots < SLOTS)
        process_start(storm[i].process, entry_of(HOSTILE), stack(i), (uint32_t)info);
}

static void
begin(void)
{
    for (uint32_t i = 0; i < STORMERS; i++) {
        storm[i].process = must(program_load(HOSTILE));
        share_boards(i);
        map_arena(storm[i].process);
    }
    for (uint32_t i = 0; i < STORMERS; i++)
        give_objects(i);
    for (uint32_t n = 0; n < STORMERS * DOORS; n++)
        give_door(n % STORMERS);
    start_threads();
}

/* Sometimes there is hardly any memory left for the storm. */
static uint32_t
hoard(void)
{
    uint32_t taken = 0, free = frames_free(), leave = below(SCARCE);

    for (; rounds % SEVENTH == 1 && taken + leave < free; taken++)
        if (memory_map(DESCRIPTOR_ROOT, HOARD + taken * PAGE, 1, MEMORY_WRITABLE).error)
            break;
    return taken;
}

static void
give_back(uint32_t taken)
{
    while (taken--)
        must(memory_unmap(DESCRIPTOR_ROOT, HOARD + taken * PAGE, 1));
}

static uint32_t
calls(void)
{
    uint32_t all = 0;

    for (uint32_t i = 0; i < STORMERS; i++)
        all += storm[i].board->calls;
    return all;
}

static uint32_t
slots(void)
{
    uint32_t all = 0;

    for (uint32_t i = 0; i < STORMERS; i++)
        all += storm[i].board->slots;
    return all;
}

static void
rage(void)
{
    uint32_t before = 0, still = 0, taken = hoard();

    for (uint32_t n = 0; n < LONGEST && calls() < CALLS_ROUND; n++) {
        sleep();
        if (below(LOOKS) == 0)
            look_at(IN_THE_MIDDLE);
        still = calls() == before ? still + 1 : 0;
        before = calls();
        if (still < STILL)
            continue;
        if (slots() == STORMERS * SLOTS)
            break;
        add_thread(below(STORMERS));
    }
    give_back(taken);
}

/* Interrupts are the machine's, and what is bound to them outlives a process. */
static void
unbind(void)
{
    for (uint32_t irq = 1; irq < 16; irq++)
        if (irq != 2)
            must(irq_bind(CALL_MACHINE, irq, 0, 0));
}

static void
end(void)
{
    for (uint32_t i = 0; i < STORMERS; i++)
        must(process_delete(storm[i].process));
    unbind();
    done += calls();
    rounds++;
}

#define COM1 0x3f8
#define IER  1    /* its register of interrupts */
#define THRE 0x02 /* one whenever it has sent a byte: the console's */

static void
make_interrupts(void)
{
    must(process_ports(DESCRIPTOR_ROOT, CALL_MACHINE, COM1, 8));
    __asm__ volatile("out %0, %1" : : "a"((uint8_t)THRE), "d"((uint16_t)(COM1 + IER)));
}

static void
prepare_storm(void)
{
    must(memory_map(DESCRIPTOR_ROOT, BOARDS, STORMERS * BOARD_PAGES, MEMORY_WRITABLE));
    must(memory_map(DESCRIPTOR_ROOT, COMMON, 1, MEMORY_WRITABLE));
    for (uint32_t i = 0; i < STORMERS; i++)
        storm[i].board = (struct board *)(BOARDS + i * BOARD_PAGES * PAGE);
    make_interrupts();
}

int
main(const struct boot_info *boot)
{
    prepare(boot);
    prepare_storm();
    start_bystander(&info->module[2], PRIORITY_DEFAULT);
    await_bystander();
    look_at(AT_START);
    while (done < wanted) {
        begin();
        rage();
        end();
        await_bystander();
        look_at(BETWEEN);
    }
    look_at(AT_END);
    report_end();
}
