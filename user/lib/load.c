/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a program that lies in a boot module, in a process of its own.  For
 * the root process, which may do so.  Its memory is filled here, in a window,
 * before the new process gets it.
 */
#include "load.h"

#include "abi/elf.h"
#include "abi/memory.h"
#include "text.h"

#define PAGE    4096u
#define WINDOW  0x40000000u
#define STACK   0x10000u

/* Maps new memory at `address` of `process`, with `size` bytes of `data` at `offset` in its first page. */
static struct result
fill(uint32_t process, uint32_t address, uint32_t offset, const char *data, uint32_t size, uint32_t flags)
{
    struct result r = memory_map(DESCRIPTOR_ROOT, WINDOW, 1, MEMORY_WRITABLE);

    if (r.error)
        return r;
    memcpy((char *)WINDOW + offset, data, size);
    r = memory_share(process, address, 1, flags, DESCRIPTOR_ROOT, WINDOW);
    memory_unmap(DESCRIPTOR_ROOT, WINDOW, 1);
    return r;
}

/* Page by page: the file's bytes, then zeros. */
static struct result
load_segment(uint32_t process, const char *file, const struct elf_segment *s)
{
    uint32_t flags = s->flags & ELF_WRITE ? MEMORY_WRITABLE : 0, at = s->address, end = at + s->memory_size;
    struct result r = {0, 0};

    while (at < end && !r.error) {
        uint32_t done = at - s->address, room = PAGE - at % PAGE;
        uint32_t left = done < s->file_size ? s->file_size - done : 0;

        r = fill(process, at - at % PAGE, at % PAGE, file + s->offset + done, left < room ? left : room, flags);
        at += room;
    }
    return r;
}

static struct result
load_segments(uint32_t process, const struct boot_module *module)
{
    const char *file = module->data;
    const struct elf_header *h = module->data;
    const struct elf_segment *s = (const void *)(file + h->program_headers);
    struct result r = {0, 0};

    for (unsigned i = 0; i < h->program_header_count && !r.error; i++)
        if (s[i].type == ELF_LOAD)
            r = load_segment(process, file, &s[i]);
    return r;
}

static bool
is_program(const struct boot_module *module)
{
    const struct elf_header *h = module->data;

    return module->size >= sizeof(*h) && memcmp(h->ident, ELF_IDENT, sizeof(ELF_IDENT) - 1) == 0;
}

/*
 * A process with the program in `module` in its memory, a stack that ends at
 * USER_END, and struct boot_info.  Value: its descriptor.  The build has made the
 * module: an ELF file, if it is one, is taken for sound.  ERR_FUNCTION if it is none.
 */
struct result
program_load(const struct boot_module *module)
{
    struct result created, r;

    if (!is_program(module))
        return (struct result){-1, ERR_FUNCTION};
    created = process_create();
    if (created.error)
        return created;
    r = load_segments(created.value, module);
    if (!r.error)
        r = memory_map(created.value, USER_END - STACK, STACK / PAGE, MEMORY_WRITABLE);
    if (!r.error)
        r = memory_share(created.value, BOOT_BASE, 1, 0, DESCRIPTOR_ROOT, BOOT_BASE);
    if (!r.error)
        return created;
    process_delete(created.value);
    return r;
}

/* Starts a thread in a process that program_load() has filled from `module`; it finds `info` as its argument. */
struct result
program_run(uint32_t process, const struct boot_module *module, const struct boot_info *info)
{
    const struct elf_header *h = module->data;

    return process_start(process, h->entry, USER_END, (uint32_t)info);
}

/* Both.  Value: the process's descriptor. */
struct result
program_start(const struct boot_module *module, const struct boot_info *info)
{
    struct result loaded = program_load(module), r;

    if (loaded.error)
        return loaded;
    r = program_run(loaded.value, module, info);
    if (!r.error)
        return loaded;
    process_delete(loaded.value);
    return r;
}
