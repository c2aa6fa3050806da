/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process manager's functions by name: see manager.h.
 */
#include "manager.h"

#include "request.h"
#include "text.h"

#define ROOM 320 /* bytes: a few words, and a path */

struct result
door_new(const char *name, bool system, uint32_t cookie, uint32_t flags)
{
    uint8_t buffer[ROOM];
    struct outgoing out;

    outgoing_start(&out, buffer, sizeof(buffer));
    put_u32(&out, system);
    put_u32(&out, cookie);
    put_u32(&out, flags);
    put_text(&out, name);
    return ask_descriptor(PM_DOOR, PM_SELF, &out, NULL);
}

struct result
name_resolve(const char *path, uint32_t *rest)
{
    uint8_t buffer[ROOM];
    struct outgoing out;

    outgoing_start(&out, buffer, sizeof(buffer));
    put_text(&out, path);
    return ask_descriptor(PM_RESOLVE, PM_SELF, &out, rest);
}

struct result
name_open(const char *name)
{
    uint32_t rest;
    struct result r = name_resolve(name, &rest);

    if (r.error || rest == strlen(name))
        return r;
    descriptor_close(r.value);
    return (struct result){-1, ERR_NOT_FOUND};
}

struct result
name_remove(const char *name)
{
    uint8_t buffer[ROOM];
    struct outgoing out;
    struct incoming in;

    outgoing_start(&out, buffer, sizeof(buffer));
    put_text(&out, name);
    return ask(PM_REMOVE, PM_SELF, &out, &in);
}

struct result
name_list(uint32_t index, struct name_view *view)
{
    view->value = index;
    return ask_view(PM_LIST, PM_SELF, view, sizeof(*view), sizeof(index));
}

struct result
domain_allows(const char *domain, const char *type)
{
    uint8_t buffer[ROOM];
    struct outgoing out;
    struct incoming in;

    outgoing_start(&out, buffer, sizeof(buffer));
    put_text(&out, domain);
    put_text(&out, type);
    return ask(PM_ALLOWS, PM_SELF, &out, &in);
}

void
process_exit(uint32_t status)
{
    ASK(PM_EXIT, PM_SELF, status);
    thread_exit(); /* if we get here: the process is being taken down */
}

struct result
process_number(void)
{
    return ask_words(PM_NUMBER, PM_SELF, NULL, 0);
}

struct result
map(uint32_t address, uint32_t pages, uint32_t flags)
{
    return ASK(PM_MAP, PM_SELF, address, pages, flags);
}

struct result
unmap(uint32_t address, uint32_t pages)
{
    return ASK(PM_UNMAP, PM_SELF, address, pages);
}

struct result
wait_any(bool block, struct process_view *view)
{
    view->value = block;
    return ask_view(PM_WAIT_ANY, PM_SELF, view, sizeof(*view), sizeof(uint32_t));
}

struct result
process_next(uint32_t number, struct process_view *view)
{
    view->value = number;
    return ask_view(PM_PROCESS, PM_SELF, view, sizeof(*view), sizeof(number));
}

struct result
process_calls(uint32_t process, uint32_t thread, struct call_view *view)
{
    view->value = process;
    view->error = thread;
    return ask_view(PM_CALLS, PM_SELF, view, sizeof(*view), 2 * sizeof(uint32_t));
}

struct result
process_find(uint32_t number)
{
    uint8_t buffer[16];
    struct outgoing out;

    outgoing_start(&out, buffer, sizeof(buffer));
    put_u32(&out, number);
    return ask_descriptor(PM_FIND, PM_SELF, &out, NULL);
}

struct result
machine_look(struct machine_view *view)
{
    return ask_view(PM_MACHINE, PM_SELF, view, sizeof(*view), 0);
}

struct result
machine_halt(uint32_t status)
{
    return ASK(PM_HALT, PM_SELF, status);
}

struct result
report_write(const char *text, uint32_t size)
{
    uint8_t buffer[ROOM];
    struct outgoing out;
    struct incoming in;

    outgoing_start(&out, buffer, sizeof(buffer));
    put_bytes(&out, text, size);
    return ask(PM_REPORT, PM_SELF, &out, &in);
}

struct result
archive_map(uint32_t address)
{
    return ASK(PM_ARCHIVE, PM_SELF, address);
}

struct result
interrupt_bind(uint32_t irq, uint32_t door, uint32_t cookie)
{
    struct result end = descriptor_duplicate(door, RIGHT_COPY | RIGHT_MOVE, cookie), r;
    uint8_t buffer[16];
    struct outgoing out;
    struct incoming in;

    if (end.error)
        return end;
    outgoing_start(&out, buffer, sizeof(buffer));
    put_u32(&out, irq);
    put_descriptor(&out, end.value, RIGHTS_ALL, true);
    r = ask(PM_IRQ, PM_SELF, &out, &in);
    if (r.error >= ERR_FIRST)
        descriptor_close(end.value); /* it has not gone */
    return r;
}

struct result
interrupt_done(uint32_t irq)
{
    return ASK(PM_IRQ_DONE, PM_SELF, irq);
}

struct result
ports_use(uint32_t first, uint32_t count)
{
    return ASK(PM_PORTS, PM_SELF, first, count);
}

struct result
device_map(uint32_t address, uint32_t pages, uint32_t physical)
{
    return ASK(PM_DEVICE, PM_SELF, address, pages, physical);
}

struct result
priority_set(uint32_t priority)
{
    return ASK(PM_PRIORITY, PM_SELF, priority);
}
