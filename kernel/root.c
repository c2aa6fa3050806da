/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root process: the first boot module, an ELF executable, or the first
 * member of it if it is an archive made by tar (some loaders take only one
 * module).  ELF: Tool Interface Standard 1.2, book I; tar: POSIX.1-2017,
 * pax, "ustar Interchange Format".
 */
#include "memory.h"
#include "process.h"

#include "abi/elf.h"

struct tar_header {
    char name[100], mode[8], owner[8], group[8], size[12], time[12], checksum[8], type;
    char link[100], magic[6];
    char rest[249];
};

_Static_assert(sizeof(struct tar_header) == 512, "POSIX.1-2017, pax");

#define STACK_BASE (USER_END - (64u << 10)) /* one page below it stays absent: a stack that grows too far faults */

static union {
    struct boot_info info;
    uint8_t page[PAGE_SIZE]; /* ring 3 sees all of it */
} told __attribute__((aligned(PAGE_SIZE)));

_Static_assert(sizeof(told) == PAGE_SIZE, "it is shown as one page");

struct file {
    const uint8_t *data;
    uint32_t size;
};

static uint32_t
octal(const char *text, unsigned size)
{
    uint32_t value = 0;

    for (; size && *text >= '0' && *text <= '7'; text++, size--)
        value = value * 8 + *text - '0';
    return value;
}

/* The first member if `file` is an archive, else `file` itself. */
static struct file
first_member(struct file file)
{
    const struct tar_header *header = (const void *)file.data;
    struct file member = {file.data + sizeof(*header), 0};

    if (file.size < sizeof(*header) || memcmp(header->magic, "ustar", 5) != 0)
        return file;
    member.size = octal(header->size, sizeof(header->size));
    if (member.size > file.size - sizeof(*header))
        boot_refuse("the archive in module 0 is cut short");
    return member;
}

static const struct elf_header *
elf_check(struct file file)
{
    const struct elf_header *h = (const void *)file.data;

    if (file.size < sizeof(*h) || memcmp(h->ident, ELF_IDENT, sizeof(ELF_IDENT) - 1) != 0 || h->type != ELF_EXECUTABLE
        || h->machine != ELF_386 || h->program_header_size != sizeof(struct elf_segment))
        boot_refuse("the root process is not an ELF executable for the i386");
    if (h->program_headers > file.size
        || h->program_header_count > (file.size - h->program_headers) / sizeof(struct elf_segment))
        boot_refuse("the root process is cut short");
    return h;
}

/* Gives the root process memory from `start` to `end`, whole pages. */
static void
give(struct process *root, uint32_t start, uint32_t end)
{
    for (uint32_t at = page_down(start); at < end; at += PAGE_SIZE) {
        uint32_t error = memory_map(root, at, 1, true);

        if (error == ERR_MEMORY)
            boot_refuse("too little memory for the root process");
        if (error)
            boot_refuse("the root process does not fit at %08x", at);
    }
}

static void
make_read_only(struct process *root, uint32_t start, uint32_t end)
{
    for (uint32_t at = page_down(start); at < end; at += PAGE_SIZE)
        memory_protect(root, at, 1, false);
}

static void
load_segment(struct process *root, struct file file, const struct elf_segment *s)
{
    uint32_t end = s->address + s->memory_size;

    if (s->offset > file.size || s->file_size > file.size - s->offset || s->file_size > s->memory_size)
        boot_refuse("the root process is cut short");
    if (s->address < USER_BASE || end < s->address || end > STACK_BASE - PAGE_SIZE)
        boot_refuse("the root process does not fit at %08x", s->address);
    give(root, s->address, end);
    user_write(root, s->address, file.data + s->offset, s->file_size);
    if (!(s->flags & ELF_WRITE))
        make_read_only(root, s->address, end);
}

/* Loads the program; answers with its entry point. */
static uint32_t
load(struct process *root, struct file file)
{
    const struct elf_header *h = elf_check(file);
    const struct elf_segment *s = (const void *)(file.data + h->program_headers);

    for (unsigned i = 0; i < h->program_header_count; i++)
        if (s[i].type == ELF_LOAD)
            load_segment(root, file, &s[i]);
    if (user_check(root, h->entry, 1, false) != 0)
        boot_refuse("the root process starts at %08x, which is not its own", h->entry);
    return h->entry;
}

/* Shows physical memory at `*at`, and moves `*at` behind it. */
static const void *
show(struct process *root, uint32_t *at, paddr_t start, uint32_t size)
{
    uint32_t address = *at + start % PAGE_SIZE;
    uint32_t end = page_up(address + size);

    if (size > BOOT_LIMIT - BOOT_BASE || end > BOOT_LIMIT)
        boot_refuse("the modules are larger than %u MiB", (BOOT_LIMIT - BOOT_BASE) >> 20);
    for (; *at < end; *at += PAGE_SIZE, start += PAGE_SIZE)
        memory_show(root, *at, page_down(start));
    return (const void *)address;
}

/* Writes what the root process is told, and answers with its address there. */
static uint32_t
tell(struct process *root, const struct boot *boot, bool sysenter, uint32_t hz)
{
    struct boot_info *info = &told.info;
    uint32_t at = BOOT_BASE;

    info->sysenter = sysenter;
    info->hz = hz;
    info->modules = boot->modules;
    memcpy(info->command_line, boot->command_line, BOOT_TEXT);
    show(root, &at, physical(&told), sizeof(told));
    for (uint32_t i = 0; i < boot->modules; i++) {
        struct boot_region r = boot->module[i];

        info->module[i].size = r.end - r.start;
        info->module[i].data = show(root, &at, r.start, r.end - r.start);
        memcpy(info->module[i].name, boot->module_name[i], BOOT_TEXT);
    }
    return BOOT_BASE;
}

/*
 * Loads the root process; answers with its thread.  Its stack is the end of
 * the programs' memory.  Refuses to boot if it is not a program that fits.
 */
struct thread *
root_new(const struct boot *boot, bool sysenter, uint32_t hz)
{
    struct boot_region m = boot->module[0];
    struct file module = {direct(m.start), m.end - m.start};
    struct process *root = process_root();
    uint32_t entry = load(root, first_member(module));

    give(root, STACK_BASE, USER_END);
    return thread_new(root, entry, USER_END - 16, tell(root, boot, sysenter, hz));
}
