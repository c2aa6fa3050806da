/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes.
 */
#include "sys/columns.h"
#include "sys/manager.h"
#include "sys/options.h"
#include "sys/printable.h"
#include "sys/stdio.h"

#define LAST_MAX 24 /* letters of the last column, for lines shorter than 80 */

static const char *const states[] = {"new", "running", "stopped", "ending", "ended"};

int
main(int argc, char **argv)
{
    struct process_view view;

    options(argc, argv, "");
    puts("NUMBER PARENT THREADS PAGES STATE   DOMAIN          NAME");
    for (uint32_t number = 0; !process_next(number, &view).error; number = view.number + 1) {
        printf("%6u %6u %7u %5u ", view.number, view.parent, view.threads, view.pages);
        put_left(states[view.state], 8);
        put_left(view.domain, DOMAIN_MAX);
        view.name[LAST_MAX] = 0;
        make_printable(view.name);
        puts(view.name);
    }
    return 0;
}
