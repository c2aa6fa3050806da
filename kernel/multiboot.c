/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the boot loader tells: command line, modules, memory.  All of it is
 * copied out of the loader's record, which lies in memory that the kernel is
 * going to use.  (Multiboot Specification 0.6.96, section 3.3.)
 */
#include "memory.h"

#include <stdarg.h>

#define MULTIBOOT_MAGIC 0x2badb002

#define HAS_MEMORY       (1u << 0)
#define HAS_COMMAND_LINE (1u << 2)
#define HAS_MODULES      (1u << 3)
#define HAS_MEMORY_MAP   (1u << 6)

#define MEMORY_USABLE 1

#define MIB (1u << 20)

struct record {
    uint32_t flags;
    uint32_t mem_lower, mem_upper; /* KiB from 0, KiB from 1 MiB */
    uint32_t boot_device;
    paddr_t command_line;
    uint32_t modules;
    paddr_t module_list;
    uint32_t symbols[4];
    uint32_t map_size; /* bytes */
    paddr_t map;
};

struct record_module {
    paddr_t start, end;
    paddr_t text;
    uint32_t reserved;
};

struct record_range {
    uint32_t size; /* of what follows */
    uint64_t base, length;
    uint32_t type;
} __attribute__((packed));

extern char kernel_end[];

/* One clear line says why the machine cannot be booted; then it stops. */
void
boot_refuse(const char *format, ...)
{
    va_list arguments;

    print("lintel: cannot boot: ");
    va_start(arguments, format);
    print_list(format, arguments);
    va_end(arguments);
    print("\n");
    machine_stop(MACHINE_REFUSED);
}

/* Text of the loader's; NULL stands for none.  Cut if it is too long. */
static void
copy_text(char to[BOOT_TEXT], paddr_t from)
{
    size_t size;

    if (from == 0 || from >= DIRECT_SIZE)
        return;
    size = strlen(direct(from));
    if (size >= BOOT_TEXT)
        size = BOOT_TEXT - 1;
    memcpy(to, direct(from), size);
}

static void
check_module(const struct boot *boot, uint32_t i)
{
    const struct boot_region *m = &boot->module[i];

    if (m->start % PAGE_SIZE != 0)
        boot_refuse("module %u does not begin with a page, as the loader was told to", i);
    if (m->end < m->start || m->end > DIRECT_SIZE)
        boot_refuse("module %u lies where the kernel cannot reach it", i);
    if (m->start < physical(kernel_end) && m->end > KERNEL_START)
        boot_refuse("module %u lies over the kernel", i);
}

static void
read_modules(struct boot *boot, const struct record *record)
{
    const struct record_module *list = direct(record->module_list);

    if (!(record->flags & HAS_MODULES) || record->modules == 0)
        boot_refuse("there is no module: the first one is the root process");
    if (record->modules > BOOT_MODULES)
        boot_refuse("there are %u modules, %u at most", record->modules, BOOT_MODULES);
    boot->modules = record->modules;
    for (uint32_t i = 0; i < boot->modules; i++) {
        boot->module[i] = (struct boot_region){list[i].start, list[i].end};
        copy_text(boot->module_name[i], list[i].text);
        check_module(boot, i);
    }
}

static void
say_ignored(uint64_t bytes)
{
    print("lintel: %u MiB of memory beyond %u MiB are ignored\n", (uint32_t)(bytes >> 20), DIRECT_SIZE / MIB);
}

/* Notes a range, as far as the kernel can reach it. */
static void
add_memory(struct boot *boot, uint64_t base, uint64_t length, bool ram)
{
    uint64_t end = length > UINT64_MAX - base ? UINT64_MAX : base + length;

    if (ram && end > DIRECT_SIZE)
        say_ignored(end - (base > DIRECT_SIZE ? base : DIRECT_SIZE));
    if (base >= DIRECT_SIZE || length == 0)
        return;
    if (boot->memories == BOOT_MEMORIES)
        boot_refuse("the loader's memory map has more than %u entries", BOOT_MEMORIES);
    boot->memory[boot->memories++] = (struct boot_memory){{base, end > DIRECT_SIZE ? DIRECT_SIZE : end}, ram};
}

static void
read_memory(struct boot *boot, const struct record *record)
{
    paddr_t at = record->map;

    if (!(record->flags & HAS_MEMORY_MAP)) {
        if (record->flags & HAS_MEMORY)
            add_memory(boot, MIB, (uint64_t)record->mem_upper << 10, true);
        return;
    }
    if (record->map_size > DIRECT_SIZE || at > DIRECT_SIZE - record->map_size)
        boot_refuse("the loader's memory map lies where the kernel cannot reach it");
    while (at - record->map < record->map_size) {
        const struct record_range *range = direct(at);

        if (range->size < sizeof(*range) - sizeof(range->size) || range->size > record->map_size)
            boot_refuse("the loader's memory map has an entry of %u bytes", range->size);
        add_memory(boot, range->base, range->length, range->type == MEMORY_USABLE);
        at += range->size + sizeof(range->size);
    }
}

/*
 * Reads the loader's record at physical address `at` into `boot`.  Refuses to
 * boot when there is no module, no memory, or a module that lies over the
 * kernel or out of reach.
 */
void
boot_read(struct boot *boot, uint32_t magic, paddr_t at)
{
    const struct record *record = direct(at);

    if (magic != MULTIBOOT_MAGIC)
        boot_refuse("the loader does not speak Multiboot");
    if (record->flags & HAS_COMMAND_LINE)
        copy_text(boot->command_line, record->command_line);
    read_modules(boot, record);
    read_memory(boot, record);
}

/* `name=number` on the command line; anything but a number is ignored. */
uint32_t
boot_option(const struct boot *boot, const char *name, uint32_t otherwise)
{
    size_t size = strlen(name);
    const char *at = boot->command_line;
    uint32_t value = 0;

    while (strncmp(at, name, size) != 0 || at[size] != '=') {
        while (*at && *at != ' ')
            at++;
        while (*at == ' ')
            at++;
        if (!*at)
            return otherwise;
    }
    for (at += size + 1; *at >= '0' && *at <= '9' && value < 100000000; at++)
        value = value * 10 + *at - '0';
    return *at && *at != ' ' ? otherwise : value;
}
