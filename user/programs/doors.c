/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who serves the doors that have names, and the calls that are with them: a > for each that waits to be
 * received, a * for each that has been received, and not replied to.
 */
#include "sys/columns.h"
#include "sys/manager.h"
#include "sys/options.h"
#include "sys/printable.h"
#include "sys/stdio.h"
#include "string.h"

#define CALLS_MAX 12 /* that are shown */
#define LAST_MAX  36 /* letters of the last column, for lines shorter than 80 */

/* The owner may have ended meanwhile. */
static void
put_server(uint32_t number)
{
    struct process_view view;

    if (process_next(number, &view).error || view.number != number)
        strlcpy(view.name, "(ended)", sizeof(view.name));
    make_printable(view.name);
    printf("%6u ", number);
    put_left(view.name, 16);
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

int
main(int argc, char **argv)
{
    struct name_view view;

    options(argc, argv, "");
    puts("NUMBER SERVER          KIND   CALLS        DOOR");
    for (uint32_t i = 0; !name_list(i, &view).error; i++) {
        put_server(view.owner);
        put_left(view.system ? "system" : "user", 7);
        put_calls(view.waiting, view.served);
        view.name[LAST_MAX] = 0;
        make_printable(view.name);
        puts(view.name);
    }
    return 0;
}
