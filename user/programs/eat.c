/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes memory, and keeps it for a while.  Memory is promised first and comes when it is touched, so with more pages
 * than a process may have it does not come to its end.
 */
#include "sys/manager.h"
#include "sys/options.h"
#include "sys/sleep.h"
#include "sys/stdio.h"

#define PAGE 4096

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "pages [seconds]");
    uint32_t pages = number_of(o.operand[0]), seconds = o.operands > 1 ? number_of(o.operand[1]) : 0;
    struct result memory = map(0, pages, MEMORY_WRITABLE);

    if (memory.error)
        return failed(o.operand[0], memory.error);
    for (uint32_t i = 0; i < pages; i++)
        *(volatile char *)(memory.value + i * PAGE) = 1;
    printf("%u pages are mine\n", pages);
    flush(stdout);
    for (; seconds > 0; seconds--)
        sleep_milliseconds(1000);
    return 0;
}
