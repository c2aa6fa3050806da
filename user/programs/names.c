/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names that doors have, with the type that the policy knows each by.
 */
#include "sys/columns.h"
#include "sys/manager.h"
#include "sys/options.h"
#include "sys/printable.h"
#include "sys/stdio.h"

#define LAST_MAX 42 /* letters of the last column, for lines shorter than 80 */

int
main(int argc, char **argv)
{
    struct name_view view;

    options(argc, argv, "");
    puts("OWNER WAITING SERVED TYPE            NAME");
    for (uint32_t i = 0; !name_list(i, &view).error; i++) {
        printf("%5u %7u %6u ", view.owner, view.waiting, view.served);
        put_left(view.type, DOMAIN_MAX);
        view.name[LAST_MAX] = 0;
        make_printable(view.name);
        puts(view.name);
    }
    return 0;
}
