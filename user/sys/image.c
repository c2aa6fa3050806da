/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program's file: see image.h.  Nothing in it is believed.
 */
#include "image.h"

#include "abi/pm.h"
#include "exercise.h"
#include "stream.h"
#include "text.h"

#define PAGE         4096u
#define HEADERS_MAX  32 /* a program that has more is none of ours */

/* The headers come with one message, and not with one each. */
struct result
image_open(struct image *image, uint32_t fd)
{
    struct stream_view view;
    struct result r = stream_stat(fd, &view);

    if (r.error)
        return r;
    if (view.kind != STREAM_FILE)
        return (struct result){-1, view.kind == STREAM_DIRECTORY ? ERR_DIRECTORY : ERR_NOT_ELF};
    r = stream_read(fd, 0, image->head, IMAGE_HEAD, 0);
    image->bytes = NULL;
    image->fd = fd;
    image->size = view.size;
    image->head_size = r.value;
    return r;
}

static bool
has(const struct image *image, uint32_t offset, uint32_t size)
{
    return offset <= image->size && size <= image->size - offset;
}

/* Of an open file. */
static struct result
read_file(uint32_t fd, uint32_t offset, char *to, uint32_t size)
{
    while (size) {
        struct result r = stream_read(fd, offset, to, size, 0);

        if (r.error || r.value == 0)
            return (struct result){-1, r.error ? r.error : ERR_CUT_SHORT};
        offset += r.value;
        to += r.value;
        size -= r.value;
    }
    return (struct result){0, 0};
}

struct result
image_read(const struct image *image, uint32_t offset, void *to, uint32_t size)
{
    if (!has(image, offset, size))
        return (struct result){-1, ERR_CUT_SHORT};
    if (!image->bytes && offset + size > image->head_size)
        return read_file(image->fd, offset, to, size);
    memcpy(to, (image->bytes ? image->bytes : image->head) + offset, size);
    return (struct result){0, 0};
}

static bool
is_elf(const struct elf_header *h)
{
    // SOLUTION pm.7
    // | /* TODO pm.7: for now every file is taken for a program. */
    // | (void)h;
    // | exercise_missing("pm.7");
    // | return true;
    return memcmp(h->ident, ELF_IDENT, sizeof(ELF_IDENT) - 1) == 0 && h->type == ELF_EXECUTABLE && h->machine == ELF_386 &&
           h->program_header_size == sizeof(struct elf_segment) && h->program_header_count <= HEADERS_MAX;
    // END pm.7
}

/* Where the pages of the program end. */
static uint32_t
pages_end(const struct elf_segment *s)
{
    return (s->address + s->memory_size + PAGE - 1) & -PAGE;
}

/* A segment more, behind all before it: no page belongs to two.  0, or an error. */
static uint32_t
add(const struct image *image, struct program *program, const struct elf_segment *s)
{
    // SOLUTION pm.7
    // | /* TODO pm.7: where may it lie, where may it not?  What does the file have of it? */
    // | (void)image, (void)has, (void)pages_end;
    // | exercise_missing("pm.7");
    // | if (program->segments == SEGMENTS_MAX)
    // |     return ERR_BAD_SEGMENT;
    uint32_t free = program->segments ? pages_end(&program->segment[program->segments - 1]) : PROGRAM_BASE;

    if (program->segments == SEGMENTS_MAX || s->file_size > s->memory_size || s->address < free ||
        s->address > PROGRAM_LIMIT || s->memory_size > PROGRAM_LIMIT - s->address)
        return ERR_BAD_SEGMENT;
    if (!has(image, s->offset, s->file_size))
        return ERR_CUT_SHORT;
    // END pm.7
    program->segment[program->segments++] = *s;
    return 0;
}

static bool
entry_is_text(const struct program *program)
{
    // SOLUTION pm.7
    // | /* TODO pm.7 */
    // | (void)program;
    // | exercise_missing("pm.7");
    // | return true;
    for (uint32_t i = 0; i < program->segments; i++) {
        const struct elf_segment *s = &program->segment[i];

        if (s->flags & SEGMENT_EXECUTABLE && program->entry - s->address < s->file_size)
            return true;
    }
    return false;
    // END pm.7
}

struct result
program_check(const struct image *image, struct program *program)
{
    struct elf_header h;
    struct elf_segment s;
    struct result r = image_read(image, 0, &h, sizeof(h));

    if (r.error == ERR_CUT_SHORT || (!r.error && !is_elf(&h)))
        r.error = ERR_NOT_ELF;
    program->entry = h.entry;
    program->segments = 0;
    for (uint32_t i = 0; !r.error && i < h.program_header_count; i++) {
        r = image_read(image, h.program_headers + i * sizeof(s), &s, sizeof(s));
        if (!r.error && s.type == ELF_LOAD && s.memory_size)
            r.error = add(image, program, &s);
    }
    if (!r.error && !entry_is_text(program))
        r.error = ERR_BAD_ENTRY;
    return r;
}
