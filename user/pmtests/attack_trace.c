/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who traces as one should not, from a shell: `attack_trace WHAT`.  It says on one line what came of it;
 * grade/tests/test_tracing.py looks at what is left of the system.
 */
#include "sys/child.h"
#include "sys/program.h"
#include "sys/request.h"
#include "sys/sleep.h"
#include "sys/spawn.h"
#include "sys/stdio.h"
#include "string.h"

/* A process that has not begun; `give` may be what its input is going to be, and moves there. */
static uint32_t
held(const char *program, const char *argument, uint32_t give)
{
    char *argv[] = {(char *)program, (char *)argument, NULL};
    struct spawn s = spawn_like_me(argv);

    s.held = true;
    if (give) {
        s.fd[FD_IN] = give;
        s.give = 1u << FD_IN;
    }
    return spawn_path(argv[0], &s).value;
}

/* PM_TRACE with this descriptor, moved or copied, or with none; the error. */
static uint32_t
trace(uint32_t child, uint32_t descriptor, uint32_t rights, bool move)
{
    uint8_t buffer[8];
    struct outgoing out;
    struct incoming in;

    outgoing_start(&out, buffer, sizeof(buffer));
    if (descriptor)
        put_descriptor(&out, descriptor, rights, move);
    return ask(PM_TRACE, child, &out, &in).error;
}

static uint32_t
fewer(uint32_t descriptor, uint32_t rights)
{
    return descriptor_duplicate(descriptor, rights, 0).value;
}

static uint32_t
number_of(uint32_t child)
{
    struct process_view view = {0};

    child_status(child, &view);
    return view.number;
}

/* What is no door, not for that, or not now. */
static void
wrong(void)
{
    uint32_t child = held("/bin/true", NULL, 0), door = door_new("", false, 0, 0).value, cap = fewer(child, RIGHTS_ALL);

    printf("none %x", trace(child, 0, 0, false));
    printf(", manager's %x", trace(child, cap, RIGHTS_ALL, false));
    printf(" %x", trace(child, cap, RIGHTS_ALL, true));
    printf(", no copy %x", trace(child, door, RIGHTS, false));
    printf(", read %x", trace(fewer(child, RIGHT_READ), door, RIGHTS_ALL, false));
    printf(", found %x", trace(process_find(number_of(child)).value, door, RIGHTS_ALL, false));
    printf(", pmcap %x", trace(FD_PM, door, RIGHTS_ALL, false));
    printf(", owner's %x", trace(child, door, RIGHTS_ALL, true));
    printf(", dead %x", trace(child, door, RIGHTS_ALL, false));
    door = door_new("", false, 0, 0).value;
    child_start(child);
    printf(", begun %x\n", trace(child, door, RIGHTS_ALL, false));
}

static uint32_t
end_of(uint32_t child)
{
    struct process_view view = {0};

    return child_wait(child, &view).error ? 99 : view.end;
}

/* It is to trace itself, and has one thread. */
static void
itself(void)
{
    uint32_t door = door_new("", false, 0, 0).value, other = fewer(door, RIGHTS_ALL), child = held("/bin/true", NULL, door);

    printf("traced %x", trace(child, other, RIGHTS_ALL, false));
    printf(", started %x", child_start(child).error);
    printf(", ended %u\n", end_of(child));
}

/* Hears of the first call, and replies otherwise: an error, or what is no reply. */
static void
refuse(void)
{
    uint32_t door = door_new("", false, 0, 0).value, child = held("/bin/true", NULL, 0);
    struct fault_message said;
    struct message m;

    child_trace(child, door, 12);
    child_start(child);
    m = receive(door, &said, sizeof(said), 1000);
    printf("trap %x %u, bad %x", m.function, m.cookie, reply(0, &said, call_sizes(8, 8, 0)).error);
    printf(" %x", reply_error(ERR_NO_ACCESS).error);
    m = receive(door, &said, sizeof(said), 1000);
    printf(", then %x, ended %u\n", m.function, end_of(child));
}

/* Goes, and leaves what it traces: one that has called, one that is stopped, one that has not begun. */
static void
leave(void)
{
    uint32_t door = door_new("", false, 0, 0).value, child[3];

    for (uint32_t i = 0; i < 3; i++) {
        child[i] = held("/bin/sleep", "1", 0);
        child_trace(child[i], door, 0);
        if (i < 2)
            child_start(child[i]);
    }
    sleep_milliseconds(50);
    printf("left %x\n", child_stop(child[1]).error);
}

/* The door goes, and the tracer does not. */
static void
close_door(void)
{
    uint32_t door = door_new("", false, 0, 0).value, child = held("/bin/sleep", "1", 0);

    child_trace(child, door, 0);
    child_start(child);
    sleep_milliseconds(50);
    descriptor_close(door);
    printf("ended %u\n", end_of(child));
}

#define STACK 4096

static uint32_t called;

static void
call(void *unused)
{
    (void)unused;
    send(0x8000, called, NULL, 0);
    thread_exit();
}

/* The door that this process's newest thread calls, as others see it. */
static void
show_door(const char *name)
{
    static char stack[3][STACK];
    static uint32_t threads;
    struct call_view view = {0};
    struct result r = *name ? door_new(name, false, 0, 0) : door_new("", false, 0, 0);
    uint32_t rest, thread;

    called = *name ? name_resolve(name, &rest).value : fewer(r.value, RIGHTS_ALL);
    thread = thread_start(call, NULL, stack[threads], STACK).value;
    threads++;
    sleep_milliseconds(10);
    r = process_calls(process_number().value, thread, &view);
    printf("%x %u %x '%s'%c", r.error, view.state, view.function, view.door, threads < 3 ? ' ' : '\n');
}

static void
doors(void)
{
    show_door("/two");
    show_door("/one");
    show_door("");
}

int
main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (strcmp(what, "wrong") == 0)
        wrong();
    else if (strcmp(what, "itself") == 0)
        itself();
    else if (strcmp(what, "refuse") == 0)
        refuse();
    else if (strcmp(what, "leave") == 0)
        leave();
    else if (strcmp(what, "doors") == 0)
        doors();
    else if (strcmp(what, "stay") == 0)
        show_door(""), sleep_milliseconds(500);
    else if (strcmp(what, "door") == 0)
        close_door();
    return 0;
}
