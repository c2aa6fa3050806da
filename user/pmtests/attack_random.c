/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes that call whatever there is, with whatever there is, and end in the middle of it.  The first process
 * starts them, ends them, and looks whether all is as it was.  Parameters: seed, rounds.
 */
#include "sys/child.h"
#include "sys/manager.h"
#include "sys/program.h"
#include "sys/sleep.h"
#include "sys/spawn.h"
#include "string.h"
#include "test.h"
#include "text.h"

#define ARCHIVE 0x60000000u
#define WILD    4   /* processes at once */
#define CALLS   400 /* of each */
#define STACK   4096

static uint32_t state;

static uint32_t
any(uint32_t limit)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % limit;
}

#define ANY(list) (list)[any(sizeof(list) / sizeof(*(list)))]

static const uint32_t functions[] = {
    PM_DOOR, PM_RESOLVE, PM_REMOVE, PM_LIST, PM_ALLOWS, PM_NUMBER, PM_MAP, PM_MAP, PM_UNMAP, PM_UNMAP, PM_WAIT_ANY, PM_PROCESS,
    PM_FIND, PM_FIND, PM_MACHINE, PM_REPORT, PM_ARCHIVE, PM_IRQ, PM_IRQ_DONE, PM_PORTS, PM_DEVICE, PM_PRIORITY, PM_CREATE, PM_CREATE,
    PM_CREATE, PM_WRITE_CODE, PM_WRITE_REGION, PM_WRITE_REGISTERS, PM_WRITE_CLIST, PM_WRITE_CLIST, PM_START, PM_START, PM_STOP,
    PM_READ_STATUS, PM_READ_REGISTERS, PM_READ_MEMORY, PM_READ_CLIST, PM_WAIT, PM_DELETE, PM_KILL, PM_DOOR, CALL_CLOSE,
    CALL_DUPLICATE, CALL_LOOK, CALL_DOOR_COUNTS, CALL_RECEIVE, CALL_REPLY, CALL_REPLY_ERROR, CALL_PARK, CALL_ANSWER,
    CALL_ANSWER_ERROR, CALL_WOULDBLOCK, CALL_USER_FIRST, CALL_USER_FIRST + 4, CALL_YIELD, CALL_THREAD_EXIT,
};

static const uint32_t numbers[] = {
    0, 0, 0, 1, 1, 2, 3, 4, 5, 7, 8, 16, 64, 255, 4095, 4096, 8192, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffff000,
    PROGRAM_BASE, PROGRAM_BASE + 4096, STACK_LIMIT, STACK_TOP - 4096, START_PAGE, MAP_BASE, MAP_BASE + 4096, MAP_LIMIT, 0xbffff000, 0xc0000000,
};

static uint32_t
fill(uint8_t *buffer)
{
    uint32_t size = 4 * any(13), word;

    for (uint32_t i = 0; i < size; i += 4) {
        word = any(3) ? ANY(numbers) : any(64);
        memcpy(buffer + i, &word, 4);
    }
    if (any(4) == 0) {
        memcpy(buffer, (uint32_t[]){0, 0, 0, 4}, 16);
        memcpy(buffer + 16, any(2) ? "/x/y" : "/x//", 4);
        size = any(2) ? 20 : 16;
    }
    return size;
}

static uint32_t
target(uint32_t function)
{
    if (function >= PM_DOOR && function < PM_CREATE)
        return any(8) ? 0 : any(24);
    return any(24);
}

static void
call_something(void)
{
    uint8_t buffer[4096] __attribute__((aligned(4)));
    uint32_t function = ANY(functions), size = fill(buffer), gives = any(3) ? 0 : any(6), total = any(4) ? 4095 : size + 4 * gives + 8;

    if (function == CALL_THREAD_EXIT && any(50))
        return;
    for (uint32_t i = 0; i < gives; i++) {
        uint32_t word = descriptor_word(any(24), any(2) ? RIGHTS_ALL : any(256), any(2) ? DESCRIPTOR_MOVE : 0);

        memcpy(buffer + size + 4 * i, &word, 4);
    }
    if (function == CALL_RECEIVE)
        send(function, any(24), buffer, 4095u << 20 | (1 + any(3)));
    else
        send(function, target(function), buffer, call_sizes(total, size, gives));
}

static void
run_wild(void *seed)
{
    state = (uint32_t)seed;
    for (uint32_t i = 0; i < CALLS; i++)
        call_something();
    process_exit(0);
}

static uint8_t stack[2][STACK * 3] __attribute__((aligned(16)));

static void
wild(const char *seed)
{
    uint32_t number;

    parse_number(seed, &number);
    for (uint32_t i = 0; i < 2; i++)
        thread_start(run_wild, (void *)(number * 3 + i), stack[i], sizeof(stack[i]));
    run_wild((void *)(number * 3 + 2));
}

/* --- The first process. */

static const uint8_t *image;
static uint32_t image_size;

static void
find_image(void)
{
    static const char name[] = "bin/init";
    const uint8_t *at = (const void *)ARCHIVE;

    archive_map(ARCHIVE);
    for (;;) {
        uint32_t size = 0;

        for (const uint8_t *c = at + 124; *c >= '0' && *c <= '7'; c++)
            size = size * 8 + *c - '0';
        if (strcmp((const char *)at, name) == 0) {
            image = at + 512;
            image_size = size;
            return;
        }
        at += 512 + ((size + 511) & -512u);
    }
}

/* Whoever is left: children of children, too. */
static void
end_all(void)
{
    struct process_view view;

    for (uint32_t n = 2; !process_next(n, &view).error; n = view.number + 1) {
        struct result r = process_find(view.number);

        if (r.error)
            continue;
        child_kill(r.value);
        descriptor_close(r.value);
    }
    while (!wait_any(true, &view).error)
        ;
}

static void
round_of(uint32_t seed)
{
    uint32_t child[WILD];

    for (uint32_t i = 0; i < WILD; i++) {
        char text[12];
        char *argv[] = {"wild", text, NULL};
        struct spawn s = {.argv = argv, .domain = "user", .fd = {[FD_PM] = FD_PM}};

        snprintf(text, sizeof(text), "%u", seed * WILD + i);
        child[i] = spawn_image(image, image_size, &s).value;
    }
    sleep_milliseconds(5 + seed % 40);
    for (uint32_t i = 0; i < WILD; i++)
        descriptor_close(child[i]);
    end_all();
}

int
main(int argc, char **argv, char **envp)
{
    struct machine_view before, after;
    uint32_t last = 0;

    (void)envp;
    if (argc > 1)
        wild(argv[1]);
    find_image();
    for (uint32_t i = 0; i < challenge.param[1]; i++) {
        last = descriptor_duplicate(FD_PM, RIGHTS_ALL, 0).value;
        descriptor_close(last);
        if (i == challenge.param[1] / 2)
            machine_look(&before);
        round_of(challenge.param[0] + i);
    }
    machine_look(&after);
    report("processes", "%u %u", before.processes, after.processes);
    report("names", "%u %u", before.names, after.names);
    report("frames", "%d", (int)(before.frames_free - after.frames_free));
    report("descriptor", "%u", last);
    report_end();
}
