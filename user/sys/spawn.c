/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a program, step by step: see spawn.h.
 */
#include "spawn.h"

#include "files.h"
#include "image.h"
#include "program.h"
// SINCE swap
#include "segment.h"
// END swap
#include "stream.h"
#include "text.h"

#define PAGE 4096u
#define PART STREAM_MAX

/* One buffer for all messages: two words, then what is to be written. */
struct loading {
    const struct spawn *s;
    struct image image;
    struct program program;
    uint32_t child;
    // SINCE swap
    uint32_t object; /* of the file, or 0: it cannot be mapped */
    // END swap
    uint32_t message[PART / 4 + 3];
};

struct spawn
spawn_like_me(char **argv)
{
    struct spawn s = {.argv = argv, .envp = environ};
    struct look look;

    for (uint32_t i = 1; i <= FD_COUNT; i++)
        if (!descriptor_look(i, &look).error && look.rights & RIGHT_COPY)
            s.fd[i] = i;
    return s;
}

/* So many bytes of the file to message + 2; value: how many there are now. */
static struct result
fetch(struct loading *l, uint32_t offset, uint32_t size)
{
    struct result r;

    size = size < PART ? size : PART;
    if (l->image.bytes) {
        r = image_read(&l->image, offset, l->message + 2, size);
        return r.error ? r : (struct result){size, 0};
    }
    r = stream_fetch(l->image.fd, offset, l->message, size, 0);
    return !r.error && r.value == 0 ? (struct result){-1, ERR_CUT_SHORT} : r;
}

/* What the file has of a segment. */
static struct result
write_file_part(struct loading *l, const struct elf_segment *s, uint32_t flags)
{
    struct result r = {0, 0};

    for (uint32_t done = 0, count; done < s->file_size && !r.error; done += count) {
        r = fetch(l, s->offset + done, s->file_size - done);
        count = r.value;
        if (!r.error)
            r = child_write_part(l->child, s->address + done, flags, l->message, count);
    }
    return r;
}

/* The pages behind those: zeros. */
static struct result
add_zeros(struct loading *l, const struct elf_segment *s, uint32_t flags)
{
    uint32_t first = s->file_size ? (s->address + s->file_size + PAGE - 1) / PAGE : s->address / PAGE;
    uint32_t end = (s->address + s->memory_size + PAGE - 1) / PAGE;

    return first < end ? child_region(l->child, first * PAGE, end - first, flags) : (struct result){0, 0};
}

static struct result
write_segments(struct loading *l)
{
    struct result r = {0, 0};

    for (uint32_t i = 0; i < l->program.segments && !r.error; i++) {
        const struct elf_segment *s = &l->program.segment[i];
        uint32_t flags = s->flags & ELF_WRITE ? MEMORY_WRITABLE : 0;

        // SINCE swap
        // < r = write_file_part(l, s, flags);
        if (l->object && segment_can_map(s))
            r = segment_map(l->child, l->object, s);
        else
            r = write_file_part(l, s, flags);
        // END swap
        if (!r.error)
            r = add_zeros(l, s, flags);
    }
    return r;
}

/* Puts the texts behind each other; counts them.  False if they do not fit. */
static bool
put_texts(char **texts, char **to, const char *end, uint32_t *count)
{
    for (*count = 0; texts && texts[*count]; ++*count) {
        uint32_t size = strlen(texts[*count]) + 1;

        if (size > (uint32_t)(end - *to))
            return false;
        memcpy(*to, texts[*count], size);
        *to += size;
    }
    return true;
}

static struct result
write_start_page(struct loading *l)
{
    struct start_page *page = (void *)(l->message + 2);
    char *to = page->text, *end = (char *)(l->message + 2) + PART;

    page->sysenter = call_by_sysenter;
    if (!put_texts(l->s->argv, &to, end, &page->arguments) || !put_texts(l->s->envp, &to, end, &page->environment))
        return (struct result){-1, ERR_ARGUMENTS};
    return child_write_part(l->child, START_PAGE, 0, l->message, to - (char *)page);
}

static struct result
write_registers(const struct loading *l)
{
    const struct registers registers = {.eip = l->program.entry, .esp = STACK_TOP, .eax = START_PAGE};

    return child_registers(l->child, &registers);
}

static struct result
write_clist(const struct loading *l)
{
    uint32_t words[FD_COUNT];

    for (uint32_t i = 1; i <= FD_COUNT; i++) {
        uint32_t flags = l->s->give & 1u << i ? DESCRIPTOR_MOVE : 0;

        words[i - 1] = l->s->fd[i] ? descriptor_word(l->s->fd[i], RIGHTS_ALL, flags) : child_nothing(l->child);
    }
    return child_clist(l->child, words, FD_COUNT);
}

/* All but the first step and the last.  What is given away goes when nothing else can fail. */
static struct result
fill(struct loading *l)
{
    struct result r = write_segments(l);

    if (!r.error)
        r = child_region(l->child, STACK_LIMIT, (STACK_TOP - STACK_LIMIT) / PAGE, MEMORY_WRITABLE);
    if (!r.error)
        r = write_start_page(l);
    if (!r.error)
        r = write_registers(l);
    if (!r.error)
        r = write_clist(l);
    if (!r.error && !l->s->held)
        r = child_start(l->child);
    return r;
}

/* The last part of a path. */
static const char *
name_of(const struct spawn *s)
{
    const char *name = s->argv && s->argv[0] ? s->argv[0] : "";

    for (const char *at = name; *at; at++)
        if (*at == '/')
            name = at + 1;
    return name;
}

static struct result
load(struct loading *l)
{
    struct result r = program_check(&l->image, &l->program), filled;

    if (!r.error)
        r = child_create(FD_PM, name_of(l->s), l->s->domain ? l->s->domain : "");
    if (r.error)
        return r;
    l->child = r.value;
    filled = fill(l);
    if (!filled.error)
        return r;
    child_delete(l->child);
    return filled;
}

struct result
spawn_image(const void *image, uint32_t size, const struct spawn *s)
{
    struct loading l;

    l.s = s;
    l.image.bytes = image;
    l.image.size = size;
    // SINCE swap
    l.object = 0;
    // END swap
    return load(&l);
}

struct result
spawn_file(uint32_t fd, const struct spawn *s)
{
    struct loading l;
    struct result r;
    // SINCE swap
    struct result object;
    // END swap

    l.s = s;
    r = image_open(&l.image, fd);
    // SINCE swap
    // < return r.error ? r : load(&l);
    if (r.error)
        return r;
    object = file_object(fd, false, NULL);
    l.object = object.error ? 0 : object.value;
    r = load(&l);
    if (l.object)
        descriptor_close(l.object);
    return r;
    // END swap
}

struct result
spawn_path(const char *path, const struct spawn *s)
{
    struct result file = file_open(path, 0), r;

    if (file.error)
        return file;
    r = spawn_file(file.value, s);
    descriptor_close(file.value);
    return r;
}
