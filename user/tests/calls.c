/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel calls, good ones and bad ones, by `int` or by SYSENTER as the
 * argument says: they must mean the same.  Or `exit`: that call alone.
 */
#include "test.h"

#include "abi/memory.h"

static bool sysenter;

static struct result
send(uint32_t function, uint32_t target, uint32_t buffer, uint32_t sizes)
{
    return sysenter ? call_sysenter(function, target, (const void *)buffer, sizes)
                    : call_int(function, target, (const void *)buffer, sizes);
}

static void
good_calls(void)
{
    char text[64];
    uint32_t size = snprintf(text, sizeof(text), "calls: the word is %08x\n", challenge.param[0]);

    report_result("write", send(CALL_CONSOLE_WRITE, CALL_SELF, (uint32_t)text, call_sizes(size, size, 0)));
    report_result("write.room", send(CALL_CONSOLE_WRITE, CALL_SELF, (uint32_t)text, call_sizes(4095, 0, 0)));
    report_result("write.nothing", send(CALL_CONSOLE_WRITE, CALL_SELF, 0x08000000, 0));
    report("clock.error", "%x", send(CALL_CLOCK, CALL_SELF, 0, 0).error);
    report_result("yield", send(CALL_YIELD, CALL_SELF, 0, 0));
}

static void
bad_functions(void)
{
    static const uint32_t functions[] = {0, 1, 7, 9, 0x11, 0x3e, CALL_LIMIT, 0x3ff, 0x400, 0x1000, 0x8000, 0x80000008, -1};

    for (unsigned i = 0; i < sizeof(functions) / sizeof(*functions); i++)
        report_result("function", send(functions[i], CALL_SELF, 0, 0));
    for (unsigned i = 0; i < 4; i++)
        report_result("function", send(challenge.param[i] | CALL_LIMIT, CALL_SELF, 0, 0));
    report_result("target", send(CALL_CLOCK, 1 + challenge.param[1] % 1000, 0, 0));
}

static void
bad_sizes(const struct boot_info *info)
{
    uint32_t at = (uint32_t)info;

    report_result("size", send(CALL_CONSOLE_WRITE, CALL_SELF, at, call_sizes(3, 4, 0)));
    report_result("size", send(CALL_CONSOLE_WRITE, CALL_SELF, at, call_sizes(0, 4095, 0)));
    report_result("size", send(CALL_CONSOLE_WRITE, CALL_SELF, at, call_sizes(8, 4, 1)));
    report_result("size", send(CALL_THREAD_CREATE, CALL_SELF, at, call_sizes(16, 11, 0)));
    report_result("size", send(CALL_THREAD_CREATE, CALL_SELF, at, call_sizes(16, 13, 0)));
}

static void
bad_addresses(void)
{
    static const struct {
        uint32_t at, size;
    } buffers[] = {
        {0, 1}, {0x10, 64}, {USER_BASE - 1, 1}, {USER_BASE - 1, 2}, {USER_END, 1}, {USER_END - 1, 2},
        {USER_END - 4000, 4001}, {0x09000000, 16}, {BOOT_BASE - 1, 2}, {BOOT_LIMIT, 1}, {KERNEL_BASE, 4},
        {KERNEL_BASE + 0x100000, 4}, {KERNEL_BASE - 2, 4}, {0xffffffff, 1}, {0xfffff800, 4095},
    };

    for (unsigned i = 0; i < sizeof(buffers) / sizeof(*buffers); i++)
        report_result("address", send(CALL_CONSOLE_WRITE, CALL_SELF, buffers[i].at,
                                      call_sizes(buffers[i].size, buffers[i].size, 0)));
    report_result("address.last", send(CALL_CONSOLE_WRITE, CALL_SELF, USER_END - 4, call_sizes(4, 4, 0)));
}

int
main(const struct boot_info *info)
{
    sysenter = strcmp(test_argument(info), "sysenter") == 0;
    call_by_sysenter = false;
    if (strcmp(test_argument(info), "exit") == 0)
        thread_exit();
    report("offered", "%u", info->sysenter);
    if (sysenter && !info->sysenter)
        report_end();
    good_calls();
    bad_functions();
    bad_sizes(info);
    bad_addresses();
    report_end();
}
