/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The window manager: who calls whom.
 *
 *   main.c     the door: wmcap, and who is meant by a cookie
 *   window.c   a window: its readers, its writers, what is typed there
 *   display.c  the one that is shown, on the VGA's screen; status.c the line below it
 *   output.c   what goes to the serial line
 *   input.c    what the drivers bring: keys for the window that is shown, and the serial line's bytes
 *   device.c   threads that talk to the drivers, and wait for them, as the door's thread never does
 *   screen.c control.c vt100.c colours.c line.c keys.c status.c know no doors
 *
 * All but the threads of device.c is one thread's.
 */
#pragma once

#include "line.h"
#include "message.h"
#include "screen.h"

#include "abi/window.h"
#include "system/parked.h"

/* Cookies of the door: wmcap is 0, and window n is n + 1.  Behind them come the threads of device.c. */
#define COOKIE_WINDOW(n) ((n) + 1)
#define COOKIE_KEYBOARD  COOKIE_WINDOW(WINDOWS + 1)
#define COOKIE_SERIAL    (COOKIE_KEYBOARD + 1)
#define COOKIE_OUTPUT    (COOKIE_SERIAL + 1)

/*
 * From those threads.  { bytes } that came -> value: how many may come next.  Waits until there is room for some.
 */
#define DEVICE_INPUT 0x8105

/* What was given the last time is with the line -> value: how many bytes; and them.  Waits for something. */
#define DEVICE_OUTPUT 0x810c

#define INPUT_MAX 256

/* Starts them; each gets a descriptor of this door.  0, or an error. */
uint32_t devices_start(uint32_t door);

/* A call that was received: what main.c hands on.  The buffer is CALL_DATA_MAX bytes, the reply's, too. */
struct request {
    struct message m;
    struct incoming in;
    struct outgoing out;
    uint8_t *buffer;
};

struct window {
    struct line line;     /* the first, see window_of() */
    struct screen screen; /* but for window 0 */
    struct parked_list readers, interrupts;
    bool unseen;          /* something was written, and it was not shown */
};

/* window.c.  All answer 0 when r->out is to be sent, PARKED when no reply is owed, or an error. */
void windows_reset(void);
struct window *window_find(uint32_t number);
uint32_t window_serve(struct window *w, struct request *r);
void window_type(struct window *w, const char *text, uint32_t size);
uint32_t windows_unseen(void); /* bit n: window n */

/* display.c: without a screen it shows nothing. */
void display_open(void);
void display_show(uint32_t number);
uint32_t display_shown(void);
void display_update(void);

/* input.c */
uint32_t input_keys(struct request *r);
uint32_t input_line(struct request *r);
void input_release(void);

/* status.c */
void status_draw(uint16_t *cell, uint32_t shown, uint32_t unseen);

/* output.c */
void output_text(const char *text, uint32_t size);
uint32_t output_write(struct request *r, const void *bytes, uint32_t size);
uint32_t output_next(struct request *r);
