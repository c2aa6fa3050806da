/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What only who holds the machine may do.
 */
#include "call.h"

/* Ends the run; the emulator's exit status tells `status`, 0 to 15. */
void
machine_stop(uint32_t status)
{
    for (;;)
        kernel_call(CALL_MACHINE_STOP, CALL_MACHINE, &status, sizeof(status));
}

/* In as many calls as it takes. */
void
test_write(const char *text, size_t size)
{
    while (size) {
        size_t part = size < CALL_DATA_MAX ? size : CALL_DATA_MAX;

        if (kernel_call(CALL_TEST_WRITE, CALL_MACHINE, text, part).error)
            return;
        text += part;
        size -= part;
    }
}
