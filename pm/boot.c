/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Before there are servers: the policy and the first program come from the boot archive.
 */
#include "pm.h"

#include "abi/elf.h"
#include "abi/memory.h"
#include "call.h"
#include "tar.h"

#define INIT        "bin/init"
#define INIT_DOMAIN "init"
#define POLICY      "etc/policy"

static void refuse(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

static void
refuse(const char *format, ...)
{
    char text[200];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    printf("pm: %s: not booted\n", text);
    machine_stop(REFUSED);
}

/* A file of the archive; it has no data if there is none. */
static struct file
find(const char *name)
{
    struct tar_member member;

    if (!tar_find(archive.data, archive.size, name, &member))
        return (struct file){0};
    return (struct file){member.data, member.size};
}

static void
read_policy(void)
{
    struct file text = find(POLICY);
    struct policy_error error;

    if (!text.data)
        refuse("the archive has no %s", POLICY);
    if (!policy_read(text.data, text.size, &error))
        refuse("%s:%u: %s", POLICY, error.line, error.what);
}

static uint32_t
write_segment(struct process *p, struct file file, const struct elf_segment *s)
{
    uint32_t first = s->address & -PAGE, pages = (s->address % PAGE + s->memory_size + PAGE - 1) / PAGE, error;

    if (s->offset > file.size || s->file_size > file.size - s->offset || s->file_size > s->memory_size)
        return ERR_CUT_SHORT;
    if (s->address < PROGRAM_BASE || s->address >= PROGRAM_LIMIT || s->memory_size > PROGRAM_LIMIT - s->address)
        return ERR_BAD_SEGMENT;
    error = region_add(p, first, pages, s->flags & ELF_WRITE ? MEMORY_WRITABLE : 0, false);
    return error ? error : memory_write(p, s->address, file.data + s->offset, s->file_size);
}

/* Its segments; 0, or an error. */
static uint32_t
load(struct process *p, struct file file)
{
    const struct elf_header *h = (const void *)file.data;
    const struct elf_segment *s = (const void *)(file.data + h->program_headers);
    uint32_t error = 0;

    if (h->program_headers % sizeof(uint32_t) || h->program_headers > file.size
        || h->program_header_count > (file.size - h->program_headers) / sizeof(*s))
        return ERR_CUT_SHORT;
    for (unsigned i = 0; i < h->program_header_count && !error; i++)
        if (s[i].type == ELF_LOAD && s[i].memory_size > 0)
            error = write_segment(p, file, &s[i]);
    return error;
}

/* What the program is started with: no arguments but its name. */
static uint32_t
write_start(struct process *p)
{
    const struct start_page page = {boot->sysenter, 1, 0};
    uint32_t error = region_add(p, STACK_LIMIT, (STACK_TOP - STACK_LIMIT) / PAGE, MEMORY_WRITABLE, false);

    if (!error)
        error = region_add(p, START_PAGE, 1, 0, false);
    if (!error)
        error = memory_write(p, START_PAGE, &page, sizeof(page));
    return error ? error : memory_write(p, START_PAGE + sizeof(page), "init", sizeof("init"));
}

/* It has pmcap; the rest of the standard environment are places, kept by what allows nothing. */
static uint32_t
give(const struct process *p)
{
    uint32_t cap = capability(p, COOKIE_PMCAP, RIGHTS_ALL), words[FD_COUNT], error;

    for (uint32_t i = 0; i < FD_COUNT; i++)
        words[i] = descriptor_word(cap, i + 1 == FD_PM ? RIGHTS_ALL : 0, 0);
    error = process_give(p->descriptor, words, FD_COUNT).error;
    descriptor_close(cap);
    return error;
}

static uint32_t
start(struct process *p, struct file file)
{
    const struct elf_header *h = (const void *)file.data;
    struct registers registers = {.eip = h->entry, .esp = STACK_TOP, .eax = START_PAGE};
    uint32_t error = load(p, file);

    if (!error)
        error = write_start(p);
    if (!error)
        error = give(p);
    if (!error)
        error = thread_write(p->thread, &registers).error;
    if (!error)
        error = thread_run(p->thread).error;
    if (!error)
        p->state = PROCESS_RUNNING;
    return error;
}

/* The program that starts all others. */
static void
start_init(void)
{
    struct file file = find(INIT);
    uint32_t error;

    if (file.size < sizeof(struct elf_header) || memcmp(file.data, ELF_IDENT, sizeof(ELF_IDENT) - 1) != 0)
        refuse("the archive has no program %s", INIT);
    process_init = process_new(NULL, policy_domain(INIT_DOMAIN), "init", &error);
    if (process_init)
        error = start(process_init, file);
    if (error)
        refuse("%s cannot be started: error %x", INIT, error);
}

void
boot_system(void)
{
    if (boot->modules < 2)
        refuse("there is no archive: it is the second boot module");
    archive = (struct file){boot->module[1].data, boot->module[1].size};
    read_policy();
    start_init();
}
