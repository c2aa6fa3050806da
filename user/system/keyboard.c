/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of the PS/2 keyboard and its controller, an 8042: scan codes of set 1 are read at its door
 * (abi/device.h).  (IBM PS/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device Controller".)
 *
 * Nothing is taken for granted: the controller and the keyboard are told what to do, as if nobody had used them yet.
 * While nobody reads, what does not find room here waits in the keyboard.
 */
#include "sys/manager.h"
#include "uart.h"

#include "abi/device.h"
#include "input.h"

#define KEYBOARD_IRQ      1
#define KEYBOARD_PRIORITY 23

/* Ports. */
#define BYTE    0x60
#define STATUS  0x64 /* read */
#define COMMAND 0x64 /* written */

#define STATUS_OUTPUT 1 /* a byte is there to be read */
#define STATUS_BUSY   2 /* the controller has not taken the last byte yet */
#define STATUS_MOUSE  0x20

/* The controller's commands. */
#define SET_MODE     0x60
#define MOUSE_OFF    0xa7
#define KEYBOARD_OFF 0xad
#define KEYBOARD_ON  0xae

/* Interrupts from the keyboard, none from the mouse, which is off; scan codes become those of set 1. */
#define MODE 0x65

/* The keyboard's. */
#define SCAN     0xf4
#define DEFAULTS 0xf6
#define AGAIN    0xfe /* its answer if it has not understood */
#define DONE     0xfa

/* Looks at a port, a microsecond or more each: no controller or keyboard must stop the driver for ever. */
#define PATIENCE 50000
#define ATTEMPTS 3

static struct input input;
static uint8_t buffer[CALL_DATA_MAX];

static bool
comes(uint8_t status, uint8_t wanted)
{
    for (uint32_t i = 0; i < PATIENCE; i++)
        if ((inb(STATUS) & status) == wanted)
            return true;
    return false;
}

static void
put(uint16_t port, uint8_t byte)
{
    comes(STATUS_BUSY, 0);
    outb(port, byte);
}

static void
forget_input(void)
{
    for (uint32_t i = 0; i < INPUT_ROOM && inb(STATUS) & STATUS_OUTPUT; i++)
        inb(BYTE);
}

/* Keys that are typed meanwhile are lost. */
static uint8_t
next_answer(void)
{
    for (uint32_t i = 0; i < INPUT_ROOM && comes(STATUS_OUTPUT, STATUS_OUTPUT); i++) {
        uint8_t byte = inb(BYTE);

        if (byte == DONE || byte == AGAIN)
            return byte;
    }
    return 0;
}

static void
tell_keyboard(uint8_t command)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        put(BYTE, command);
        if (next_answer() != AGAIN)
            return;
    }
}

static void
set_up(void)
{
    put(COMMAND, KEYBOARD_OFF);
    put(COMMAND, MOUSE_OFF);
    forget_input();
    put(COMMAND, SET_MODE);
    put(BYTE, MODE);
    put(COMMAND, KEYBOARD_ON);
    tell_keyboard(DEFAULTS);
    tell_keyboard(SCAN);
}

static void
take_in(void)
{
    uint8_t status;

    while (!input_full(&input) && (status = inb(STATUS)) & STATUS_OUTPUT) {
        uint8_t byte = inb(BYTE);

        if (!(status & STATUS_MOUSE))
            input_add(&input, byte);
    }
}

static void
call(const struct message *m)
{
    struct incoming in;
    uint32_t error;

    incoming_start(&in, buffer, m->sizes);
    error = incoming_end(&in) && m->function == DEVICE_READ ? input_read(&input, m) : ERR_MESSAGE;
    if (error != PARKED)
        reply_error(error);
}

/* Whatever has come, there may be something to take in now. */
static void
serve_one(const struct message *m)
{
    if (m->function >= CALL_MANAGER_FIRST)
        call(m);
    take_in();
    input_answer(&input, buffer);
    take_in();
    if (m->function == MESSAGE_IRQ)
        interrupt_done(KEYBOARD_IRQ);
}

int
main(void)
{
    struct message m;
    struct result r = door_new(KEYBOARD_NAME, true, 0, 0);
    uint32_t door = r.value;

    if (r.error || (r = ports_use(BYTE, 1)).error || (r = ports_use(STATUS, 1)).error)
        return r.error;
    priority_set(KEYBOARD_PRIORITY);
    set_up();
    if ((r = interrupt_bind(KEYBOARD_IRQ, door, 0)).error)
        return r.error;
    while ((m = receive(door, buffer, sizeof(buffer), 0)).function != CALL_INVALID)
        serve_one(&m);
    return 1;
}
