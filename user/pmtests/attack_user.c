/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program in the domain user does to the system, from a shell: `attack_user WHAT`.  It says on one line
 * what came of it; grade/tests/test_attack_pm.py looks at what is left of the system.
 */
#include "sys/child.h"
#include "sys/files.h"
#include "sys/program.h"
#include "sys/request.h"
#include "sys/sleep.h"
#include "sys/spawn.h"
#include "sys/stdio.h"

#define PAGE    4096u
#define MEMORY  0x40000000u
#define HUGE    0xa0000u /* pages */
#define THREADS 7
#define STACK   8192
#define WORDS   8

static uint8_t stacks[THREADS][STACK] __attribute__((aligned(16)));

static uint32_t
frames(void)
{
    struct machine_view view;

    return machine_look(&view).error ? 0 : view.frames_free;
}

/* Memory, page by page, until this many frames are left.  Value: pages. */
static uint32_t
take_memory(uint32_t at, uint32_t left)
{
    uint32_t taken = 0;

    map(at, HUGE / 16, MEMORY_WRITABLE);
    while (frames() > left && taken < 4000)
        *(volatile uint8_t *)(at + taken++ * PAGE) = 1;
    return taken;
}

/* --- Memory: others help, each takes what it may. */

static struct result
start(const char *what, const char *more)
{
    char *argv[] = {"/bin/attack_user", (char *)what, (char *)more, NULL};
    struct spawn s = spawn_like_me(argv);

    return spawn_path(argv[0], &s);
}

static void
take_and_stay(void)
{
    take_memory(MEMORY, 80);
    for (;;)
        sleep_milliseconds(1000);
}

/* All that there is; the helpers, to be deleted. */
static uint32_t
take_all(uint32_t *helper, uint32_t most)
{
    uint32_t helpers = 0;

    while (frames() > 1000 && helpers < most) {
        struct result r = start("stay", NULL);

        if (r.error)
            break;
        helper[helpers++] = r.value;
        for (uint32_t i = 0, before = 0; i < 100 && before != frames(); i++, sleep_milliseconds(50))
            before = frames();
    }
    take_memory(MEMORY, 0);
    return helpers;
}

static void
give_back(const uint32_t *helper, uint32_t helpers)
{
    for (uint32_t i = 0; i < helpers; i++)
        child_delete(helper[i]);
    unmap(MEMORY, HUGE / 16);
}

#define FILES 300

/* Empty files /home/X000 and so on; how many could be made. */
static uint32_t
make_files(char first, uint32_t *error)
{
    char name[20];
    uint32_t made = 0;

    for (uint32_t i = 0; i < FILES; i++) {
        struct result r;

        snprintf(name, sizeof(name), "home/%c%u", first, i);
        r = file_open_at(FD_ROOT, name, FILE_CREATE);
        if (r.error)
            *error = r.error;
        else
            descriptor_close(r.value);
        made += !r.error;
    }
    return made;
}

/* Files are made while no memory is left, and none comes back for a while. */
static void
no_memory_files(void)
{
    uint32_t helper[8], helpers, left, made, error = 0;

    make_files('f', &error); /* its own pages are there then */
    error = 0;
    helpers = take_all(helper, 8);
    left = frames();
    made = make_files('g', &error);
    sleep_milliseconds(3000);
    give_back(helper, helpers);
    printf("frames left %u, files %u, error %x\n", left, made, error);
}

/* Several write to the serial window at once. */
static char text[THREADS][4000];
static volatile bool go;

static void
shout(void *argument)
{
    char *mine = argument;

    while (!go)
        yield();
    for (;;)
        stream_write(FD_OUT, 0, mine, sizeof(text[0]));
}

static void
no_memory_windows(void)
{
    uint32_t helper[8], helpers;

    for (uint32_t i = 0; i < THREADS; i++) {
        memset(text[i], ' ', sizeof(text[i]));
        memset(stacks[i], 0, STACK);
        thread_start(shout, text[i], stacks[i], STACK);
    }
    yield();
    helpers = take_all(helper, 8);
    go = true;
    sleep_milliseconds(300);
    give_back(helper, helpers);
    puts(""); /* a line of its own for the prompt, whatever has been written so far */
    exit(0);
}

/* --- Orphans. */

static void
brood(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct result r = start("sleep", NULL);

        if (r.error)
            exit(i);
        child_stop(r.value);
        descriptor_close(r.value);
    }
}

static void
orphans(void)
{
    uint32_t broods = 0;

    for (uint32_t i = 0; i < 4; i++) {
        struct result r = start("brood", NULL);
        struct process_view view;

        if (r.error)
            break;
        child_wait(r.value, &view);
        descriptor_close(r.value);
        broods++;
    }
    printf("broods %u\n", broods);
}

/* --- Others' processes. */

#define MOST 16

/* Capabilities of all shells but the one that started this. */
static uint32_t
shells(uint32_t *found)
{
    struct process_view view;
    uint32_t count = 0, mine;

    process_next(process_number().value, &view);
    mine = view.parent;
    for (uint32_t n = 1; !process_next(n, &view).error && count < MOST; n = view.number + 1)
        if (strcmp(view.name, "sh") == 0 && view.number != mine)
            found[count++] = process_find(view.number).value;
    return count;
}

/* Shells of other windows are deleted, once and all together. */
static void
forget_shells(void)
{
    uint32_t found[MOST], count = shells(found);

    for (uint32_t i = 0; i < count; i++)
        child_delete(found[i]);
    printf("shells %u\n", count);
}

/* It waits for the shell of another window, whose end init has to hear of, too. */
static void
wait_for_shell(void)
{
    uint32_t found[MOST], count = shells(found);
    struct process_view view;
    struct result r = start("kill", NULL);

    r = child_wait(found[count - 1], &view);
    printf("error %x, ended %u\n", r.error, view.number);
}

static void
kill_shell(void)
{
    uint32_t found[MOST], count = shells(found);

    sleep_milliseconds(500);
    child_kill(found[count - 1]);
}

/* --- Two threads touch the same page while the manager is busy. */

#define RACE 0x60000000u
static volatile uint32_t round_number, done_number;

static void
touch(void *argument)
{
    (void)argument;
    for (uint32_t n = 1;; n++) {
        while (round_number < n)
            ;
        *(volatile uint8_t *)(RACE + n * PAGE) = 1;
        done_number = n;
    }
}

static void
keep_busy(void *argument)
{
    (void)argument;
    for (;;) {
        map(0x70000000, 0x30000, 0);
        unmap(0x70000000, 0x30000);
    }
}

static void
race(void)
{
    thread_start(touch, NULL, stacks[0], STACK);
    thread_start(keep_busy, NULL, stacks[1], STACK);
    map(RACE, 4096, MEMORY_WRITABLE);
    for (uint32_t n = 1; n <= 1000; n++) {
        round_number = n;
        *(volatile uint8_t *)(RACE + n * PAGE) = 1;
        while (done_number < n)
            ;
    }
    printf("raced\n");
    exit(0);
}

/* --- How long the manager is busy with one message. */

static void
busy(void)
{
    uint32_t start = clock_milliseconds(), n = 20;

    for (uint32_t i = 0; i < n; i++) {
        map(MEMORY / 4, HUGE, 0);
        unmap(MEMORY / 4, HUGE);
    }
    printf("microseconds %u\n", (clock_milliseconds() - start) * 1000 / n);
}

/* --- Requests whose reply has no room. */

static uint32_t
ask_without_room(uint32_t function, uint32_t target, uint32_t data)
{
    uint32_t words[4] = {0};

    return send(function, target, words, call_sizes(data, data, 0)).error;
}

static void
no_room(void)
{
    struct process_view view;
    uint32_t n = 0, child = child_create(FD_PM, "", "").value;

    child_kill(child);
    n = ask_without_room(PM_WAIT, child, 0);
    printf("waits: error %x, then error %x\n", n, child_wait(child, &view).error);
    n = 0;
    for (uint32_t i = 0; i < 40; i++)
        n += ask_without_room(PM_CREATE, FD_PM, 8) != 0;
    process_next(process_number().value, &view);
    printf("refused %u, children %u\n", n, view.children);
}

/* --- A window that many use: all the places there are for who waits, and more. */

static void
read_window(void *unused)
{
    (void)unused;
    for (;;) {
        uint32_t words[30] = {0, 100, STREAM_RAW};

        if (send(STREAM_READ, FD_OUT, words, call_sizes(sizeof(words), 12, 0)).error)
            sleep_milliseconds(5);
    }
}

static void
write_window(void *unused)
{
    (void)unused;
    for (;;) {
        uint32_t words[2] = {0, 0}; /* a zero is written */

        if (send(STREAM_WRITE, FD_OUT, words, call_sizes(sizeof(words), sizeof(*words) + 1, 0)).error)
            sleep_milliseconds(5);
    }
}

static void
crowd_threads(void (*act)(void *))
{
    for (uint32_t i = 0; i < THREADS; i++)
        thread_start(act, NULL, stacks[i], STACK);
    for (;;)
        sleep_milliseconds(1000);
}

static void
crowd(const char *what, uint32_t count, uint32_t milliseconds)
{
    uint32_t child[MOST];

    for (uint32_t i = 0; i < count; i++)
        child[i] = start(what, NULL).value;
    sleep_milliseconds(milliseconds);
    for (uint32_t i = 0; i < count; i++)
        child_delete(child[i]);
}

static void
reads(void)
{
    crowd_threads(read_window);
}

static void
writes(void)
{
    crowd_threads(write_window);
}

static void
readers(void)
{
    crowd("reads", 4, 2000);
}

static void
writers(void)
{
    crowd("writes", 12, 300);
}

/* --- A process with a name that is meant for the terminal. */

static void
bad_name(void)
{
    uint32_t child = child_create(FD_PM, "a\fb\ac", "").value;

    sleep_milliseconds(1000);
    child_delete(child);
}

/* --- When it starts, and what the processor does for it. */

#define ROUNDS 3000000u

static void
tell_time(void)
{
    uint32_t start = clock_milliseconds();

    for (volatile uint32_t i = 0; i < ROUNDS; i++)
        ;
    printf("started %u, rounds %u\n", start, clock_milliseconds() - start);
}

/* --- What it does by itself, as a server: it ends after a while. */

static int
serve_badly(void)
{
    sleep_milliseconds(5000);
    return 1;
}

static const struct {
    const char *name;
    void (*does)(void);
} deeds[] = {
    {"files", no_memory_files}, {"windows", no_memory_windows}, {"orphans", orphans}, {"forget", forget_shells},
    {"race", race}, {"busy", busy}, {"room", no_room}, {"stay", take_and_stay},
    {"wait", wait_for_shell}, {"kill", kill_shell},
    {"time", tell_time}, {"name", bad_name},
    {"reads", reads}, {"writes", writes}, {"readers", readers}, {"writers", writers},
};

int
main(int argc, char **argv, char **envp)
{
    (void)envp;
    if (argc < 2)
        return serve_badly();
    if (strcmp(argv[1], "brood") == 0)
        brood(32);
    if (strcmp(argv[1], "sleep") == 0)
        for (;;)
            sleep_milliseconds(10000);
    for (uint32_t i = 0; i < sizeof(deeds) / sizeof(*deeds); i++)
        if (strcmp(argv[1], deeds[i].name) == 0)
            deeds[i].does();
    return 0;
}
