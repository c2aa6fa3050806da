/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the drivers bring, by the threads of device.c.
 *
 * The serial line can wait: its thread is held while there is no room for what it brings.  Keys cannot, as there
 * would be no way to another window; those without room are lost.
 */
#include "wm.h"

#include "keys.h"

static struct keyboard keyboard;

/* The thread of the serial line, while it is held. */
static uint32_t held;

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static void
take_code(uint8_t code)
{
    struct key key = keyboard_key(&keyboard, code);

    if (key.window)
        display_show(key.window);
    window_type(window_find(display_shown()), key.text, key.size);
}

uint32_t
input_keys(struct request *r)
{
    uint32_t size;
    const uint8_t *codes = get_rest(&r->in, &size);

    if (!incoming_end(&r->in))
        return ERR_MESSAGE;
    for (uint32_t i = 0; i < size; i++)
        take_code(codes[i]);
    put_result(&r->out, INPUT_MAX);
    return 0;
}

static uint32_t
line_allows(void)
{
    return least(INPUT_MAX, line_room(&window_find(0)->line));
}

uint32_t
input_line(struct request *r)
{
    uint32_t size;
    const char *bytes = get_rest(&r->in, &size);
    struct result parked;

    if (!incoming_end(&r->in))
        return ERR_MESSAGE;
    window_type(window_find(0), bytes, size);
    put_result(&r->out, line_allows());
    if (line_allows() > 0)
        return 0;
    parked = park(r->m.cookie);
    held = parked.value;
    return parked.error ? ERR_LIMIT : PARKED;
}

/* Something may have been read. */
void
input_release(void)
{
    if (!held || line_allows() == 0)
        return;
    parked_answer_value(held, line_allows());
    held = 0;
}
