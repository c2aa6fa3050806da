/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segments that are mapped: see segment.h.
 */
#include "segment.h"

#include "child.h"
#include "object.h"

#define PAGE 4096u

/* What there is of zeros behind the content has to be in pages that may be written. */
bool
segment_can_map(const struct elf_segment *s)
{
    bool may_have_zeros = s->flags & ELF_WRITE || s->memory_size == s->file_size;

    return s->file_size && s->offset % PAGE == s->address % PAGE && may_have_zeros;
}

/* From the end of the content to the end of its page. */
static struct result
clear_end(uint32_t child, const struct elf_segment *s)
{
    static const uint8_t zeros[PAGE];
    uint32_t end = s->address + s->file_size, rest = -end % PAGE;

    if (rest == 0 || s->memory_size == s->file_size)
        return (struct result){0, 0};
    return child_write(child, end, MEMORY_WRITABLE, zeros, rest);
}

struct result
segment_map(uint32_t child, uint32_t object, const struct elf_segment *s)
{
    uint32_t first = s->address / PAGE, pages = (s->address + s->file_size + PAGE - 1) / PAGE - first;
    uint32_t flags = s->flags & ELF_WRITE ? MEMORY_WRITABLE | MAP_PRIVATE : 0;
    struct result r = process_map_object(child, object, first * PAGE, pages, flags, s->offset / PAGE);

    return r.error ? r : clear_end(child, s);
}
