/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making a process step by step: see child.h.
 */
#include "child.h"

#include "request.h"
#include "text.h"

#define PART 4000u /* bytes of memory in one message */

static struct result
plain(uint32_t function, uint32_t child)
{
    return ask_words(function, child, NULL, 0);
}

struct result
child_create(uint32_t pmcap, const char *name, const char *domain)
{
    uint8_t buffer[320];
    struct outgoing out;

    outgoing_start(&out, buffer, sizeof(buffer));
    put_text(&out, name);
    put_text(&out, domain);
    return ask_descriptor(PM_CREATE, pmcap, &out, NULL);
}

// SINCE swap
// < struct result
// < child_write_part(uint32_t child, uint32_t address, uint32_t flags, uint32_t *message, uint32_t size)
static struct result
try_write_part(uint32_t child, uint32_t address, uint32_t flags, uint32_t *message, uint32_t size)
// END swap
{
    struct outgoing out;
    struct incoming in;

    message[0] = address;
    message[1] = flags;
    outgoing_start(&out, message, 2 * sizeof(*message) + size);
    out.data = out.size;
    return ask(PM_WRITE_CODE, child, &out, &in);
}

// SINCE swap
/* Until no page has to come first. */
struct result
child_write_part(uint32_t child, uint32_t address, uint32_t flags, uint32_t *message, uint32_t size)
{
    struct result r;

    do
        r = try_write_part(child, address, flags, message, size);
    while (r.error == ERR_AGAIN);
    return r;
}

// END swap

struct result
child_write(uint32_t child, uint32_t address, uint32_t flags, const void *bytes, uint32_t size)
{
    uint32_t message[2 + PART / 4];
    struct result r = {0, 0};

    for (uint32_t done = 0; done < size && !r.error; done += PART) {
        uint32_t part = size - done < PART ? size - done : PART;

        memcpy(message + 2, (const char *)bytes + done, part);
        r = child_write_part(child, address + done, flags, message, part);
    }
    return r;
}

struct result
child_region(uint32_t child, uint32_t address, uint32_t pages, uint32_t flags)
{
    return ASK(PM_WRITE_REGION, child, address, pages, flags);
}

struct result
child_registers(uint32_t child, const struct registers *registers)
{
    struct registers message = *registers;
    struct outgoing out;
    struct incoming in;

    outgoing_start(&out, &message, sizeof(message));
    out.data = sizeof(message);
    return ask(PM_WRITE_REGISTERS, child, &out, &in);
}

struct result
child_clist(uint32_t child, const uint32_t *words, uint32_t count)
{
    uint32_t message[256];
    struct outgoing out;
    struct incoming in;

    outgoing_start(&out, message, sizeof(message));
    for (uint32_t i = 0; i < count; i++)
        put_descriptor(&out, words[i] & DESCRIPTOR_NUMBER, words[i] >> DESCRIPTOR_RIGHTS & RIGHTS_ALL,
                       words[i] & DESCRIPTOR_MOVE);
    return ask(PM_WRITE_CLIST, child, &out, &in);
}

struct result
child_trace(uint32_t child, uint32_t door, uint32_t cookie)
{
    struct result end = descriptor_duplicate(door, RIGHT_COPY | RIGHT_MOVE, cookie), r;
    uint8_t buffer[8];
    struct outgoing out;
    struct incoming in;

    if (end.error)
        return end;
    outgoing_start(&out, buffer, sizeof(buffer));
    put_descriptor(&out, end.value, RIGHT_COPY, true);
    r = ask(PM_TRACE, child, &out, &in);
    if (r.error >= ERR_FIRST)
        descriptor_close(end.value); /* it has not gone */
    return r;
}

struct result
child_start(uint32_t child)
{
    return plain(PM_START, child);
}

struct result
child_stop(uint32_t child)
{
    return plain(PM_STOP, child);
}

struct result
child_status(uint32_t child, struct process_view *view)
{
    return ask_view(PM_READ_STATUS, child, view, sizeof(*view), 0);
}

struct result
child_read_registers(uint32_t child, struct registers *registers)
{
    struct {
        uint32_t value, error;
        struct registers registers;
    } view;
    struct result r = ask_view(PM_READ_REGISTERS, child, &view, sizeof(view), 0);

    if (!r.error)
        *registers = view.registers;
    return r;
}

/* Value: bytes.  ERR_AGAIN: a page had to come first. */
static struct result
try_part(uint32_t child, uint32_t address, void *to, uint32_t size)
{
    uint32_t message[2 + PART / 4], count;
    const void *bytes;
    struct outgoing out;
    struct incoming in;
    struct result r;

    outgoing_start(&out, message, 2 * sizeof(*message) + size);
    put_u32(&out, address);
    put_u32(&out, size);
    r = ask(PM_READ_MEMORY, child, &out, &in);
    bytes = get_rest(&in, &count);
    if (r.error)
        return r;
    memcpy(to, bytes, count < size ? count : size);
    return (struct result){count < size ? count : size, 0};
}

static struct result
read_part(uint32_t child, uint32_t address, void *to, uint32_t size)
{
    struct result r;

    do
        r = try_part(child, address, to, size);
    while (r.error == ERR_AGAIN);
    return r;
}

/* What could be read before an error is read. */
struct result
child_read_memory(uint32_t child, uint32_t address, void *to, uint32_t size)
{
    struct result r = {0, 0};
    uint32_t done = 0;

    do {
        uint32_t part = size - done < PART ? size - done : PART;

        // SINCE swap
        // < r = read_part(child, address + done, (char *)to + done, part);
        do
            r = read_part(child, address + done, (char *)to + done, part);
        while (r.error == ERR_AGAIN);
        // END swap
        if (!r.error)
            done += r.value;
        if (r.error || r.value < part)
            break;
    } while (done < size);
    return done ? (struct result){done, 0} : r;
}

struct result
child_read_clist(uint32_t child, uint32_t number, struct look *look)
{
    struct {
        uint32_t value, error;
        struct look look;
    } view = {.value = number};
    struct result r = ask_view(PM_READ_CLIST, child, &view, sizeof(view), sizeof(number));

    if (!r.error)
        *look = view.look;
    return r;
}

struct result
child_wait(uint32_t child, struct process_view *view)
{
    return ask_view(PM_WAIT, child, view, sizeof(*view), 0);
}

struct result
child_delete(uint32_t child)
{
    struct result r = plain(PM_DELETE, child);

    descriptor_close(child);
    return r;
}

struct result
child_kill(uint32_t child)
{
    return plain(PM_KILL, child);
}
