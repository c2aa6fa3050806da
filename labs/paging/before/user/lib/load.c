/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a program that lies in a boot module.  There is one address space:
 * the program is copied to where it was linked, and a thread is started there.
 */
#include "load.h"

#include "abi/elf.h"
#include "text.h"

/*
 * Starts the program in `module` with a thread on `stack`; it finds `info` as
 * its argument.  Value: the thread's number; ERR_FUNCTION if it is no program.
 */
struct result
program_start(const struct boot_module *module, void *stack, size_t size, const struct boot_info *info)
{
    const char *file = module->data;
    const struct elf_header *h = module->data;
    const struct elf_segment *s = (const void *)(file + h->program_headers);
    struct thread_start start = {.entry = h->entry, .stack = (uint32_t)stack + size, .argument = (uint32_t)info};

    if (module->size < sizeof(*h) || memcmp(h->ident, ELF_IDENT, sizeof(ELF_IDENT) - 1) != 0)
        return (struct result){-1, ERR_FUNCTION};
    for (unsigned i = 0; i < h->program_header_count; i++)
        if (s[i].type == ELF_LOAD)
            memcpy((void *)s[i].address, file + s[i].offset, s[i].file_size);
    return kernel_call(CALL_THREAD_CREATE, CALL_SELF, &start, sizeof(start));
}
