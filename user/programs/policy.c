/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The policy: all of it, or what a domain may do with a type.
 */
#include "sys/columns.h"
#include "sys/inputs.h"
#include "sys/manager.h"

#define POLICY "/etc/policy"

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "[domain type]");
    char *file[] = {POLICY, NULL};
    struct result r;

    if (!o.operands)
        return each_input(file, pass_on);
    if (o.operands == 1)
        bad_usage();
    r = domain_allows(o.operand[0], o.operand[1]);
    if (r.error)
        return failed(o.operand[0], r.error);
    put_rights(r.value);
    putc('\n', stdout);
    return 0;
}
