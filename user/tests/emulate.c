/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a program for Linux, the second boot module, as it is: in a thread of this process whose
 * system calls come here as messages.
 */
#include "door.h"
#include "process.h"
#include "test.h"

#include "abi/elf.h"
#include "abi/memory.h"

#define PAGE        4096u
#define STACK       0x20000000u
#define STACK_PAGES 16

#define LINUX_VECTOR 0x80

/* Linux's numbers of calls and errors. */
enum { LINUX_EXIT = 1, LINUX_WRITE = 4, LINUX_GETPID = 20, LINUX_BRK = 45 };
enum { NO_FILE = -9, BAD_ADDRESS = -14, NO_CALL = -38 };

static uint32_t brk_end; /* where the program's memory ends; pages are mapped up to there */
static uint32_t bytes; /* written */

static uint32_t
page_up(uint32_t address)
{
    return (address + PAGE - 1) & -PAGE;
}

/* What is mapped there already stays. */
static void
map(uint32_t start, uint32_t end)
{
    for (uint32_t at = start & -PAGE; at < end; at += PAGE)
        memory_map(DESCRIPTOR_ROOT, at, 1, MEMORY_WRITABLE);
}

/* Loads the program; answers with its entry. */
static uint32_t
load(const struct boot_module *module)
{
    const struct elf_header *h = module->data;
    const struct elf_segment *s = (const void *)((const char *)module->data + h->program_headers);

    for (unsigned i = 0; i < h->program_header_count; i++, s++) {
        if (s->type != ELF_LOAD)
            continue;
        map(s->address, s->address + s->memory_size);
        memcpy((void *)s->address, (const char *)module->data + s->offset, s->file_size);
        if (page_up(s->address + s->memory_size) > brk_end)
            brk_end = page_up(s->address + s->memory_size);
    }
    return h->entry;
}

/*
 * The stack as Linux leaves it to a new program: how many arguments, where they are, where
 * the environment is, and more, here all of it empty.
 */
static uint32_t
make_stack(void)
{
    static const char name[] = "program";
    uint32_t *stack = (uint32_t *)(STACK + STACK_PAGES * PAGE) - 8;

    map(STACK, STACK + STACK_PAGES * PAGE);
    stack[0] = 1;
    stack[1] = (uint32_t)name;
    return (uint32_t)stack;
}

static bool
is_mapped(uint32_t start, uint32_t size)
{
    struct memory_view view;

    for (uint32_t at = start & -PAGE; at < start + size; at += PAGE)
        if (memory_query(DESCRIPTOR_ROOT, at, 1, &view).error || !view.page[0])
            return false;
    return true;
}

static uint32_t
write(uint32_t file, uint32_t text, uint32_t size)
{
    if (file != 1 && file != 2)
        return NO_FILE;
    if (!is_mapped(text, size))
        return BAD_ADDRESS;
    console_write((const char *)text, size);
    bytes += size;
    return size;
}

static uint32_t
brk(uint32_t end)
{
    if (end > brk_end) {
        map(brk_end, end);
        brk_end = end;
    }
    return brk_end;
}

static uint32_t
call(const struct registers *r)
{
    switch (r->eax) {
    case LINUX_WRITE:
        return write(r->ebx, r->ecx, r->edx);
    case LINUX_GETPID:
        return 1;
    case LINUX_BRK:
        return brk(r->ebx);
    default:
        return NO_CALL;
    }
}

/* Does what the program wants of Linux, until it ends; answers with its status. */
static uint32_t
serve(uint32_t door)
{
    struct fault_message f;
    struct registers *r = &f.registers;

    for (;;) {
        struct message m = receive(door, &f, sizeof(f), 0);

        if (m.function != MESSAGE_TRAP || f.vector != LINUX_VECTOR) {
            report("strange", "%x %x", m.function, f.vector);
            report_end();
        }
        if (r->eax == LINUX_EXIT)
            return r->ebx;
        r->eax = call(r);
        reply(m.cookie, r, call_sizes(sizeof(*r), sizeof(*r), 0));
    }
}

int
main(const struct boot_info *info)
{
    uint32_t door = door_create(CALL_MACHINE, false, 0).value;
    uint32_t thread = process_thread(DESCRIPTOR_ROOT).value;
    struct registers r = {.eip = load(&info->module[1]), .esp = make_stack()};
    struct thread_view view;

    thread_write(thread, &r);
    thread_sandbox(thread, door, 0);
    thread_run(thread);
    report("status", "%u", serve(door));
    reply_error(1);
    for (int i = 0; i < 4; i++)
        yield();
    report("thread", "%x", thread_read(thread, &view).error);
    report("bytes", "%u", bytes);
    report_end();
}
