/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What test.h needs of the machine, for programs under the process manager: it takes their reports to the line of
 * test verdicts, if the policy says so.
 */
#include "manager.h"

void
test_write(const char *text, size_t size)
{
    report_write(text, size);
}

void
machine_stop(uint32_t status)
{
    for (;;)
        machine_halt(status);
}
