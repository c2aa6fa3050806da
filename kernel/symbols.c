/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own symbol table: which function an address lies in.  build.mk
 * makes the table from a first linking and links it in at the second.
 */
#include "kernel.h"

struct symbol {
    uint32_t address;
    const char *name;
};

/* Sorted by address. */
extern const struct symbol symbol_table[];
extern const struct symbol symbol_table_end[];

/*
 * The name of the function at `address`, and in `*offset` how far into it;
 * NULL if no function of the kernel is there.
 */
const char *
symbol_name(uint32_t address, uint32_t *offset)
{
    extern const char kernel_text_end[];
    const struct symbol *found = NULL;

    if (address >= (uint32_t)kernel_text_end)
        return NULL;
    for (const struct symbol *s = symbol_table; s < symbol_table_end && s->address <= address; s++)
        found = s;
    if (!found)
        return NULL;
    *offset = address - found->address;
    return found->name;
}
