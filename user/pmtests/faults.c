/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a page fault costs, from the instruction that touches the page to the next: of private memory that has never been
 * touched, of a page that is in memory already, and of one that is copied.
 */
#include "sys/object.h"

#include "abi/process.h"
#include "sys/manager.h"
#include "test.h"

#define PAGE  4096u
#define PAGES 256u

static void
measure(const char *name, uint32_t at, bool write)
{
    uint32_t least = -1, most = 0;
    uint64_t all = 0;

    for (uint32_t i = 0; i < PAGES; i++) {
        volatile uint32_t *word = (volatile uint32_t *)(at + i * PAGE);
        uint64_t begin = rdtsc();
        uint32_t passed;

        if (write)
            *word = 1;
        else
            (void)*word;
        passed = rdtsc() - begin;
        all += passed;
        least = passed < least ? passed : least;
        most = passed > most ? passed : most;
    }
    report(name, "%u %u %u", least, (uint32_t)(all >> 8), most);
}

int
main(int argc, char **argv, char **envp)
{
    struct result object = object_new(OBJECT_SHARED, PAGES);

    (void)argc, (void)argv, (void)envp;
    measure("zero", map(0, PAGES, MEMORY_WRITABLE).value, true);
    measure("first", object_map(object.value, 0, PAGES, MEMORY_WRITABLE, 0).value, true);
    measure("mapped", object_map(object.value, 0, PAGES, MEMORY_WRITABLE, 0).value, true);
    measure("read", object_map(object.value, 0, PAGES, 0, 0).value, false);
    measure("copied", object_map(object.value, 0, PAGES, MEMORY_WRITABLE | MAP_PRIVATE, 0).value, true);
    report_end();
}
