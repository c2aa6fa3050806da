/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which place of a program an address is: see symbols.h.  (Tool Interface Standard, Executable and Linking Format 1.2,
 * book I: sections, symbol table, string table.)
 */
#include "symbols.h"

#include "abi/errors.h"
#include "image.h"
#include "printable.h"
#include "text.h"

#define SYMBOL_TABLE 2 /* type of a section */
#define NO_TYPE      0 /* types of a symbol */
#define FUNCTION     2
#define SECTIONS_MAX 64
#define AT_ONCE      32
#define NAME_MAX     64
#define FAR          4096 /* bytes behind a label */

struct elf_section {
    uint32_t name, type, flags, address, offset, size, link, info, align, entry_size;
};

struct elf_symbol {
    uint32_t name, value, size;
    uint8_t info, other;
    uint16_t section;
};

/* The symbol table and, by its `link`, the names. */
struct tables {
    struct elf_section symbols, names;
};

static struct result
read_section(const struct image *image, const struct elf_header *h, uint32_t i, struct elf_section *s)
{
    if (i >= h->section_header_count || i >= SECTIONS_MAX)
        return (struct result){-1, ERR_NOT_FOUND};
    return image_read(image, h->section_headers + i * sizeof(*s), s, sizeof(*s));
}

static struct result
find_tables(const struct image *image, struct tables *t)
{
    struct elf_header h;
    struct result r = image_read(image, 0, &h, sizeof(h));

    if (!r.error && h.section_header_size != sizeof(t->symbols))
        r.error = ERR_NOT_FOUND;
    t->symbols.type = 0;
    for (uint32_t i = 0; !r.error && t->symbols.type != SYMBOL_TABLE; i++)
        r = read_section(image, &h, i, &t->symbols);
    return r.error ? r : read_section(image, &h, t->symbols.link, &t->names);
}

/* Is the address in it?  What assembly has tells no size. */
static bool
covers(const struct elf_symbol *symbol, uint32_t address)
{
    return address >= symbol->value && address - symbol->value < (symbol->size ? symbol->size : FAR);
}

/* Of all that the address is in the last one; `best` stays empty if there is none. */
static void
choose(const struct elf_symbol *symbol, uint32_t count, uint32_t address, struct elf_symbol *best)
{
    for (; count; count--, symbol++) {
        uint32_t type = symbol->info & 15;

        if ((type == FUNCTION || type == NO_TYPE) && symbol->section && symbol->name && covers(symbol, address) &&
            symbol->value >= best->value)
            *best = *symbol;
    }
}

static struct result
find_symbol(const struct image *image, const struct elf_section *s, uint32_t address, struct elf_symbol *best)
{
    uint32_t left = s->size / sizeof(*best);
    struct result r = {0, 0};

    *best = (struct elf_symbol){0};
    for (uint32_t at = s->offset; left && !r.error; at += AT_ONCE * sizeof(*best)) {
        struct elf_symbol symbols[AT_ONCE];
        uint32_t count = left < AT_ONCE ? left : AT_ONCE;

        r = image_read(image, at, symbols, count * sizeof(*symbols));
        if (!r.error)
            choose(symbols, count, address, best);
        left -= count;
    }
    return r.error || best->name ? r : (struct result){-1, ERR_NOT_FOUND};
}

/* What there is of a name, up to the end of the table. */
static struct result
read_name(const struct image *image, const struct elf_section *s, uint32_t name, char *to)
{
    uint32_t left = name < s->size ? s->size - name : 0, size = left < NAME_MAX - 1 ? left : NAME_MAX - 1;

    memset(to, 0, NAME_MAX);
    return image_read(image, s->offset + name, to, size);
}

struct result
symbol_find(uint32_t fd, uint32_t address, char *to, uint32_t size)
{
    struct image image;
    struct tables tables;
    struct elf_symbol symbol;
    char name[NAME_MAX];
    struct result r = image_open(&image, fd);

    if (!r.error)
        r = find_tables(&image, &tables);
    if (!r.error)
        r = find_symbol(&image, &tables.symbols, address, &symbol);
    if (!r.error)
        r = read_name(&image, &tables.names, symbol.name, name);
    if (r.error)
        return r;
    make_printable(name);
    snprintf(to, size, "%s + 0x%x", name, address - symbol.value);
    return r;
}
