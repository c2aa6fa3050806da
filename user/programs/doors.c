/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who serves the doors that have names, and who waits for whom: a > is a call that waits to be received, a * one that has been
 * received, and not replied to.  This program itself is among the callers: it asks the manager.
 */
#include "sys/calls.h"
#include "sys/columns.h"
#include "sys/manager.h"
#include "sys/options.h"
#include "sys/printable.h"
#include "sys/stdio.h"
#include "string.h"

#define CALLS_MAX 12 /* that are shown */
#define LAST_MAX  36 /* letters of the last columns, for lines shorter than 80 */
#define DOOR_MAX  21

/* The owner may have ended meanwhile. */
static const char *
name_of(uint32_t number)
{
    static struct process_view view;

    if (process_next(number, &view).error || view.number != number)
        strlcpy(view.name, "(ended)", sizeof(view.name));
    make_printable(view.name);
    return view.name;
}

static void
put_process(uint32_t number, const char *name, uint32_t width)
{
    printf("%6u ", number);
    put_left(name, width);
}

static void
put_calls(uint32_t waiting, uint32_t served)
{
    char calls[CALLS_MAX + 1];
    uint32_t count = 0;

    for (uint32_t i = 0; i < waiting && count < CALLS_MAX; i++)
        calls[count++] = '>';
    for (uint32_t i = 0; i < served && count < CALLS_MAX; i++)
        calls[count++] = '*';
    calls[count] = 0;
    put_left(calls, CALLS_MAX + 1);
}

static void
show_doors(void)
{
    struct name_view view;

    puts("NUMBER SERVER          KIND   CALLS        DOOR");
    for (uint32_t i = 0; !name_list(i, &view).error; i++) {
        put_process(view.owner, name_of(view.owner), 16);
        put_left(view.system ? "system" : "user", 7);
        put_calls(view.waiting, view.served);
        view.name[LAST_MAX] = 0;
        make_printable(view.name);
        puts(view.name);
    }
}

static void
show_call(struct process_view *caller, struct call_view *call)
{
    char function[CALL_NAME_MAX];

    call_name(call->function, function);
    call->door[DOOR_MAX] = 0;
    make_printable(call->door);
    make_printable(caller->name);
    put_process(caller->number, caller->name, 13);
    put_left(call->state == IN_CALL_WAITING ? ">" : "*", 2);
    put_left(function, 16);
    put_process(call->server, call->server ? name_of(call->server) : "manager", 13);
    puts(call->door);
}

static void
show_callers(void)
{
    struct process_view caller;
    struct call_view call;

    puts("NUMBER CALLER         CALL            NUMBER SERVER       DOOR");
    for (uint32_t number = 0; !process_next(number, &caller).error; number = caller.number + 1)
        for (uint32_t thread = 0; !process_calls(caller.number, thread, &call).error; thread = call.value + 1)
            if (call.state != IN_NO_CALL)
                show_call(&caller, &call);
}

int
main(int argc, char **argv)
{
    options(argc, argv, "");
    show_doors();
    puts("");
    show_callers();
    return 0;
}
