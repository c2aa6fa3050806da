/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel calls by name.
 */
#include "call.h"

bool call_by_sysenter;

void lib_init(const struct boot_info *info);

void
lib_init(const struct boot_info *info)
{
    call_by_sysenter = info && info->sysenter;
}

void
yield(void)
{
    kernel_call(CALL_YIELD, CALL_SELF, NULL, 0);
}

uint32_t
clock_milliseconds(void)
{
    return kernel_call(CALL_CLOCK, CALL_SELF, NULL, 0).value;
}

void
thread_exit(void)
{
    for (;;)
        kernel_call(CALL_THREAD_EXIT, CALL_SELF, NULL, 0);
}

static void
write_all(uint32_t function, uint32_t target, const char *text, size_t size)
{
    while (size) {
        size_t part = size < CALL_DATA_MAX ? size : CALL_DATA_MAX;

        kernel_call(function, target, text, part);
        text += part;
        size -= part;
    }
}

void
console_write(const char *text, size_t size)
{
    write_all(CALL_CONSOLE_WRITE, CALL_SELF, text, size);
}
