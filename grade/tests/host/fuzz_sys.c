/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image.c, symbols.c and path.c of user/sys: programs that are nearly right, of which what is accepted is right, and
 * nothing outside of them is read; paths against another way to join them.
 */
#include "lib.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/pm.h"
#include "sys/image.h"
#include "sys/path.h"
#include "sys/stream.h"
#include "sys/symbols.h"

#define FD    9
#define PAGE  4096u
#define LARGE 0x3000u /* bytes of the largest file */

static uint8_t *file;
static uint32_t file_size;

/* --- A file, instead of a server. */

struct result
stream_stat(uint32_t fd, struct stream_view *view)
{
    expect(fd == FD, "another file");
    *view = (struct stream_view){.kind = STREAM_FILE, .size = file_size};
    return (struct result){0, 0};
}

struct result
stream_read(uint32_t fd, uint32_t offset, void *to, uint32_t size, uint32_t flags)
{
    uint32_t left = offset < file_size ? file_size - offset : 0, part = size < left ? size : left;

    expect(fd == FD && flags == 0, "another file");
    part = part > 20 ? 20 : part; /* servers may give less */
    memcpy(to, file + offset, part);
    return (struct result){part, 0};
}

/* --- Programs. */

/* Mostly `usual`; sometimes something near it, or a limit, or anything. */
static uint32_t
near(struct input *in, uint32_t usual)
{
    static const uint32_t limits[] = {0, 1, PROGRAM_BASE, PROGRAM_LIMIT, 0x7fffffff, 0x80000000, 0xffffffff, PAGE, LARGE,
                                      PROGRAM_BASE + 0x900};
    uint32_t how = take(in, 1);

    if (how < 240)
        return usual;
    if (how < 247)
        return usual + (int8_t)take(in, 1);
    if (how < 254)
        return limits[take(in, 1) % (sizeof(limits) / sizeof(*limits))] + (int8_t)take(in, 1);
    return take(in, 4);
}

static void
put(uint32_t offset, const void *from, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        if (offset + i < file_size)
            file[offset + i] = ((const uint8_t *)from)[i];
}

static void
put_segment(struct input *in, uint32_t at, uint32_t number)
{
    uint32_t size = near(in, 0x800);
    struct elf_segment s = {
        .type = near(in, ELF_LOAD),
        .offset = near(in, number * 0x100),
        .address = near(in, PROGRAM_BASE + number * PAGE),
        .file_size = near(in, size),
        .memory_size = near(in, size + 0x200),
        .flags = near(in, number ? ELF_WRITE : SEGMENT_EXECUTABLE),
    };

    put(at, &s, sizeof(s));
}

/* Its sections, and in the one of them symbols, in the other their names. */
static void
put_symbols(struct input *in, uint32_t at, uint32_t count)
{
    uint32_t symbols[10] = {0, near(in, 2), 0, 0, near(in, 0x1000), near(in, 16 * 8), near(in, 1)};
    uint32_t names[10] = {0, 3, 0, 0, near(in, 0x1200), near(in, 30)};

    put(at, symbols, sizeof(symbols));
    put(at + (count > 1 ? sizeof(symbols) : 0), names, sizeof(names));
    for (uint32_t i = 0; i < 8; i++) {
        uint32_t symbol[4] = {near(in, i * 3), near(in, PROGRAM_BASE + i * 10), 10, near(in, 0x10002)};

        put(0x1000 + i * sizeof(symbol), symbol, sizeof(symbol));
    }
    put(0x1200, "\0a\0main\0something_long_enough", 30);
}

static void
make_file(struct input *in)
{
    struct elf_header h = {
        .ident = ELF_IDENT,
        .type = near(in, ELF_EXECUTABLE),
        .machine = near(in, ELF_386),
        .entry = near(in, PROGRAM_BASE),
        .program_headers = near(in, sizeof(h)),
        .section_headers = near(in, 0x1400),
        .program_header_size = near(in, sizeof(struct elf_segment)),
        .program_header_count = near(in, take(in, 1) % 10),
        .section_header_size = near(in, 40),
        .section_header_count = near(in, 2),
    };

    file_size = near(in, LARGE) % (LARGE + 1);
    file = calloc(file_size ? file_size : 1, 1);
    h.ident[take(in, 1) % 64 % sizeof(h.ident)] ^= take(in, 1) == 7;
    put(0, &h, sizeof(h));
    for (uint32_t i = 0; i < 10; i++)
        put_segment(in, sizeof(h) + i * sizeof(struct elf_segment), i);
    put_symbols(in, 0x1400, h.section_header_count);
}

static uint32_t
page_after(const struct elf_segment *s)
{
    return ((uint64_t)s->address + s->memory_size + PAGE - 1) / PAGE;
}

static void
is_right(const struct program *p)
{
    const struct elf_header *h = (const void *)file;
    bool starts = false;

    expect(file_size >= sizeof(*h) && h->type == ELF_EXECUTABLE && h->machine == ELF_386, "it is for another machine");
    expect(memcmp(h->ident, ELF_IDENT, 7) == 0 && h->program_header_size == sizeof(*p->segment), "it is another kind of file");
    expect(p->segments >= 1 && p->segments <= SEGMENTS_MAX, "%u segments", p->segments);
    for (uint32_t i = 0; i < p->segments; i++) {
        const struct elf_segment *s = &p->segment[i];

        expect(s->type == ELF_LOAD && s->file_size <= s->memory_size, "segment %u has more than it needs", i);
        expect((uint64_t)s->offset + s->file_size <= file_size, "segment %u is not in the file", i);
        expect(s->address >= PROGRAM_BASE && (uint64_t)s->address + s->memory_size <= PROGRAM_LIMIT, "segment %u", i);
        expect(i == 0 || s->address / PAGE >= page_after(s - 1), "segments %u and the one before share a page", i);
        starts |= s->flags & SEGMENT_EXECUTABLE && p->entry >= s->address && p->entry < s->address + s->file_size;
    }
    expect(starts, "it starts at %x, where there is no text", p->entry);
}

/* Says the same of a file and of memory. */
static void
check_program(void)
{
    struct image memory = {.bytes = file, .size = file_size}, open;
    struct program a, b;
    uint32_t error = program_check(&memory, &a).error;

    expect(!image_open(&open, FD).error && open.size == file_size, "size");
    expect(program_check(&open, &b).error == error, "a file is not as memory");
    if (!error)
        is_right(&a);
    else
        expect(error == ERR_NOT_ELF || error == ERR_CUT_SHORT || error == ERR_BAD_SEGMENT || error == ERR_BAD_ENTRY,
               "error %x", error);
}

static void
check_symbol(struct input *in)
{
    char text[24];
    uint32_t size = take(in, 1) % sizeof(text) + 1, address = near(in, PROGRAM_BASE + 25);

    memset(text, 'x', sizeof(text));
    if (!symbol_find(FD, address, text, size).error)
        expect(memchr(text, 0, size) != NULL, "a name without an end");
    for (uint32_t i = 0; i < size && text[i]; i++)
        expect((uint8_t)text[i] >= ' ' && text[i] != 0x7f, "a control character in a name");
    for (uint32_t i = size; i < sizeof(text); i++)
        expect(text[i] == 'x', "a name behind its room");
}

/* What every program has, so that it is known that something is accepted at all. */
static void
check_good(void)
{
    static const uint8_t zeros[4096];
    struct input none = {zeros, zeros + sizeof(zeros)};
    struct program p;
    struct image image;
    char name[40];

    make_file(&none);
    file[offsetof(struct elf_header, program_header_count)] = 2;
    image = (struct image){.bytes = file, .size = file_size};
    expect(!program_check(&image, &p).error && p.segments == 2 && p.entry == PROGRAM_BASE, "the good one");
    file[offsetof(struct elf_header, program_header_count)] = SEGMENTS_MAX;
    expect(!program_check(&image, &p).error && p.segments == SEGMENTS_MAX, "as many segments as there may be");
    file[offsetof(struct elf_header, program_header_count)]++;
    expect(program_check(&image, &p).error == ERR_BAD_SEGMENT, "one segment more");
    expect(!symbol_find(FD, PROGRAM_BASE + 25, name, sizeof(name)).error, "no symbol");
    expect(strcmp(name, "n + 0x5") == 0, "it is %s", name);
    expect(symbol_find(FD, PROGRAM_BASE + 80, name, sizeof(name)).error == ERR_NOT_FOUND, "behind the last function");
    file[0x1000 + 5 * 16 + 8] = 0;
    expect(!symbol_find(FD, PROGRAM_BASE + 65, name, sizeof(name)).error && strcmp(name, "long_enough + 0x5") == 0,
           "it is %s, and not a label before it", name);
    file[0x1000 + 7 * 16 + 8] = 0; /* the last one tells no size */
    expect(!symbol_find(FD, PROGRAM_BASE + 80, name, sizeof(name)).error, "behind a label");
    free(file);
}

/* --- Paths. */

#define ROOM 40

static char *
take_text(struct input *in)
{
    static const char letters[] = "//..ab";
    size_t length = take(in, 1) % 24;
    char *text = malloc(length + 1);

    for (size_t i = 0; i < length; i++)
        text[i] = letters[take(in, 1) % (sizeof(letters) - 1)];
    text[length] = 0;
    return text;
}

/* The names of a path are put on a pile, and taken off it. */
static uint32_t
pile_up(char (*pile)[ROOM], uint32_t count, const char *path, bool *leaves)
{
    char copy[ROOM];

    strcpy(copy, path);
    for (char *name = strtok(copy, "/"); name; name = strtok(NULL, "/")) {
        if (strcmp(name, "..") == 0) {
            *leaves |= count == 0;
            count -= count > 0;
        } else if (strcmp(name, ".") != 0)
            strcpy(pile[count++], name);
    }
    return count;
}

static void
check_paths(struct input *in)
{
    char *here = take_text(in), *path = take_text(in), wanted[2 * ROOM] = "", pile[2 * ROOM][ROOM];
    uint32_t size = take(in, 1) % (ROOM + 2), count = 0;
    char *to = malloc(size ? size : 1);
    bool leaves = false, fits;

    pile_up(pile, 0, path, &leaves);
    expect(path_leaves(path) == leaves, "%s leaves", path);
    if (path[0] != '/')
        count = pile_up(pile, 0, here, &leaves);
    count = pile_up(pile, count, path, &leaves);
    for (uint32_t i = 0; i < count; i++)
        strcat(strcat(wanted, "/"), pile[i]);
    if (count == 0)
        strcpy(wanted, "/");
    fits = path_join(here, path, to, size);
    expect(!fits || strcmp(to, wanted) == 0, "%s and %s: %s, not %s", here, path, fits ? to : "", wanted);
    expect(fits || strlen(here) + strlen(path) + 2 >= size, "%s and %s do not fit into %u", here, path, size);
    free(here);
    free(path);
    free(to);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};

    check_good();
    make_file(&in);
    check_program();
    check_symbol(&in);
    free(file);
    for (int i = 0; i < 8; i++)
        check_paths(&in);
    return 0;
}
