/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The window manager's door: see wm.h.
 */
#include "wm.h"

#include "sys/manager.h"

#define WM_PRIORITY 20 /* above what computes: a person waits */

#define WINDOW_RIGHTS (RIGHT_READ | RIGHT_WRITE | RIGHT_COPY | RIGHT_MOVE)

static uint32_t door;

/* What WINDOW_OPEN hands out copies of, so that none is left over when a client ends meanwhile. */
static uint32_t descriptor[WINDOWS + 1];

/* 0, or an error. */
static uint32_t
open_windows(void)
{
    uint32_t error = 0;

    for (uint32_t n = 0; n <= WINDOWS && !error; n++) {
        struct result r = descriptor_duplicate(door, WINDOW_RIGHTS, COOKIE_WINDOW(n));

        descriptor[n] = r.value;
        error = r.error;
    }
    return error;
}

static uint32_t
open_window(struct request *r)
{
    uint32_t number = get_u32(&r->in);

    if (!incoming_end(&r->in))
        return ERR_MESSAGE;
    if (number > WINDOWS)
        return ERR_NO_WINDOW;
    put_result(&r->out, 0);
    put_descriptor(&r->out, descriptor[number], WINDOW_RIGHTS, false);
    return 0;
}

/* The serial line is always shown, to whom it is. */
static uint32_t
focus(struct request *r)
{
    uint32_t number = get_u32(&r->in);

    if (!incoming_end(&r->in))
        return ERR_MESSAGE;
    if (number < 1 || number > WINDOWS)
        return ERR_NO_WINDOW;
    display_show(number);
    put_result(&r->out, 0);
    return 0;
}

static uint32_t
refuse(struct request *r)
{
    incoming_end(&r->in);
    return ERR_MESSAGE;
}

static uint32_t
serve_all(struct request *r)
{
    if (r->m.function == WINDOW_OPEN)
        return open_window(r);
    return r->m.function == WINDOW_FOCUS ? focus(r) : refuse(r);
}

static uint32_t
serve_device(struct request *r)
{
    if (r->m.cookie == COOKIE_OUTPUT)
        return r->m.function == DEVICE_OUTPUT ? output_next(r) : refuse(r);
    if (r->m.function != DEVICE_INPUT)
        return refuse(r);
    return r->m.cookie == COOKIE_KEYBOARD ? input_keys(r) : input_line(r);
}

static uint32_t
dispatch(struct request *r)
{
    uint32_t cookie = r->m.cookie;

    if (r->m.function < CALL_MANAGER_FIRST)
        return PARKED;
    if (cookie == 0)
        return serve_all(r);
    return cookie <= COOKIE_WINDOW(WINDOWS) ? window_serve(window_find(cookie - 1), r) : serve_device(r);
}

static uint32_t
act(struct request *r)
{
    uint32_t error;

    incoming_start(&r->in, r->buffer, r->m.sizes);
    reply_start(&r->out, r->buffer, CALL_DATA_MAX, r->m.sizes);
    error = dispatch(r);
    input_release();
    display_update();
    return error;
}

static void
serve_calls(void)
{
    static uint8_t buffer[CALL_DATA_MAX];
    struct request r = {.buffer = buffer, .m.function = CALL_INVALID};

    for (;;) {
        uint32_t error;

        if (r.m.function == CALL_INVALID)
            r.m = receive(door, buffer, sizeof(buffer), 0);
        if (r.m.function == CALL_INVALID)
            return;
        error = act(&r);
        if (error == PARKED)
            r.m.function = CALL_INVALID;
        else
            r.m = serve(&r.out, r.m.cookie, error);
    }
}

int
main(void)
{
    struct result made = door_new(WINDOWS_NAME, false, 0, 0);
    uint32_t error;

    if (made.error)
        return made.error;
    door = made.value;
    priority_set(WM_PRIORITY);
    windows_reset();
    display_open();
    display_update();
    error = open_windows();
    if (!error)
        error = devices_start(door);
    if (error)
        return error;
    serve_calls();
    return 1;
}
