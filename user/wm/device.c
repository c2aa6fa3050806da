/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that wait for the drivers: one for what each of them brings, and one for what goes to the serial line.
 * They know nothing but a name, and talk to the windows through the door, as others do.
 *
 * A driver may die, and another be started in its place: then the name leads to that.  What was being
 * written is written again, as nobody knows how much of it arrived.
 */
#include "wm.h"

#include "sys/manager.h"
#include "sys/sleep.h"

#include "abi/device.h"

#define STACK 4096
#define PAUSE 100 /* milliseconds until a name is tried again */

struct device {
    const char *name;
    uint32_t door;   /* the windows' */
    uint32_t driver; /* 0: not known */
    uint8_t buffer[CALL_DATA_MAX], bytes[CALL_DATA_MAX];
    uint8_t stack[STACK] __attribute__((aligned(16)));
};

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static void
find_driver(struct device *d)
{
    while (!d->driver) {
        struct result r = name_open(d->name);

        if (r.error)
            sleep_milliseconds(PAUSE);
        else
            d->driver = r.value;
    }
}

/* Whatever is wrong with it: it is looked for anew, and not too often. */
static void
lose_driver(struct device *d)
{
    descriptor_close(d->driver);
    d->driver = 0;
    sleep_milliseconds(PAUSE);
}

/* At least one byte, and at most `room`, into d->bytes.  Value: how many. */
static uint32_t
read(struct device *d, uint32_t room)
{
    for (;;) {
        struct outgoing out;
        struct incoming in;
        struct result r;

        find_driver(d);
        outgoing_start(&out, d->buffer, 2 * sizeof(uint32_t) + room);
        r = ask(DEVICE_READ, d->driver, &out, &in);
        get_bytes(&in, d->bytes, r.error ? 0 : least(r.value, room));
        if (!r.error && r.value > 0 && incoming_end(&in))
            return r.value;
        lose_driver(d);
    }
}

/* Tells the windows; value: how much may come next. */
static struct result
tell(struct device *d, uint32_t count)
{
    struct outgoing out;
    struct incoming in;

    outgoing_start(&out, d->buffer, sizeof(d->buffer));
    put_bytes(&out, d->bytes, count);
    return ask(DEVICE_INPUT, d->door, &out, &in);
}

/* Ends when nobody is at the windows' door any more. */
static void
bring(void *device)
{
    struct device *d = device;
    struct result r = tell(d, 0);

    while (!r.error)
        r = tell(d, read(d, r.value));
}

static void
write(struct device *d, const uint8_t *bytes, uint32_t size)
{
    for (uint32_t done = 0; done < size;) {
        struct outgoing out;
        struct incoming in;
        struct result r;

        find_driver(d);
        outgoing_start(&out, d->buffer, sizeof(d->buffer));
        put_bytes(&out, bytes + done, size - done);
        r = ask(DEVICE_WRITE, d->driver, &out, &in);
        if (r.error || r.value == 0)
            lose_driver(d);
        else
            done += least(r.value, size - done);
    }
}

static struct result
fetch(struct device *d)
{
    struct outgoing out;
    struct incoming in;
    struct result r;

    outgoing_start(&out, d->buffer, sizeof(d->buffer));
    r = ask(DEVICE_OUTPUT, d->door, &out, &in);
    if (!r.error)
        get_bytes(&in, d->bytes, r.value);
    return r;
}

static void
carry(void *device)
{
    struct device *d = device;
    struct result r;

    while (!(r = fetch(d)).error)
        write(d, d->bytes, r.value);
}

static uint32_t
start(struct device *d, const char *name, uint32_t cookie, void (*function)(void *), uint32_t door)
{
    struct result r = descriptor_duplicate(door, RIGHT_READ | RIGHT_WRITE, cookie);

    d->name = name;
    d->door = r.value;
    return r.error ? r.error : thread_start(function, d, d->stack, sizeof(d->stack)).error;
}

uint32_t
devices_start(uint32_t door)
{
    static struct device keyboard, line, output;
    uint32_t error = start(&keyboard, KEYBOARD_NAME, COOKIE_KEYBOARD, bring, door);

    if (!error)
        error = start(&line, SERIAL_NAME, COOKIE_SERIAL, bring, door);
    return error ? error : start(&output, SERIAL_NAME, COOKIE_OUTPUT, carry, door);
}
