/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * larger MIB [ROUNDS]: writes to so much memory, page by page, and looks whether all of it is still there.
 */
#include "sys/manager.h"
#include "sys/options.h"
#include "sys/stdio.h"

#include "abi/process.h"

#define PAGE_WORDS 1024u
#define MIB_PAGES  256u

/* What is in this page, after so many rounds. */
static uint32_t
word(uint32_t page, uint32_t round, uint32_t index)
{
    return (page * 0x9e3779b1u + round) ^ index * 0x85ebca6bu;
}

static void
write(uint32_t *memory, uint32_t page, uint32_t round)
{
    for (uint32_t i = 0; i < PAGE_WORDS; i++)
        memory[page * PAGE_WORDS + i] = word(page, round, i);
}

static bool
is_right(const uint32_t *memory, uint32_t page, uint32_t round)
{
    for (uint32_t i = 0; i < PAGE_WORDS; i++)
        if (memory[page * PAGE_WORDS + i] != word(page, round, i)) {
            printf("page %u, word %u: %08x instead of %08x\n", page, i, memory[page * PAGE_WORDS + i], word(page, round, i));
            return false;
        }
    return true;
}

int
main(int argc, char **argv)
{
    struct options o = options(argc, argv, "mib [rounds]");
    uint32_t pages = number_of(o.operand[0]) * MIB_PAGES, rounds = o.operands > 1 ? number_of(o.operand[1]) : 1;
    struct result at = map(0, pages, MEMORY_WRITABLE);
    uint32_t *memory = (uint32_t *)at.value;

    if (at.error)
        return failed("memory", at.error);
    for (uint32_t round = 0; round < rounds; round++) {
        for (uint32_t page = 0; page < pages; page++) {
            if (round > 0 && !is_right(memory, page, round - 1))
                return 1;
            write(memory, page, round);
        }
    }
    for (uint32_t page = 0; page < pages; page++)
        if (!is_right(memory, page, rounds - 1))
            return 1;
    printf("%u pages, %u rounds: all right\n", pages, rounds);
    return 0;
}
