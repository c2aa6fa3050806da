/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of the first serial line, a 16550: what is typed there is read at its door, and bytes are written
 * (abi/device.h).  The kernel writes there, too, and waits for its turn as the driver does.
 *
 * While there is no room for what comes, the line tells the other side to stop; so nothing is lost if
 * that listens.  A write is answered when its last byte is with the line.
 */
#include "sys/manager.h"
#include "text.h"
#include "uart.h"

#include "abi/device.h"
#include "input.h"

#define LINE_FIRST      0x3f8
#define LINE_PORTS      8
#define LINE_IRQ        4
#define SERIAL_PRIORITY 23 /* above what computes: the line holds 16 bytes, which come in 1.4 ms */

#define INTERRUPT_OUTPUT 0x02 /* the transmitter has become empty */
#define STATUS_ROOM      0x20 /* it is */

/* What the transmitter takes when it is empty, but for one byte that the kernel may have put there meanwhile. */
#define BURST 15

#define WRITERS   4
#define WRITE_MAX CALL_DATA_MAX

static struct input input;

/* Writes that are under way, in the order of their coming. */
static struct {
    uint32_t reply, size;
    uint8_t byte[WRITE_MAX];
} writer[WRITERS];
static uint32_t first, writers, sent; /* bytes of the first that the line has */

static uint8_t buffer[CALL_DATA_MAX];

/* From off to on an interrupt comes anew, if there is something to tell. */
static void
listen(void)
{
    bool room = !input_full(&input);

    outb(LINE_FIRST + MODEM_CONTROL, MODEM_READY | (room ? MODEM_REQUEST : 0));
    outb(LINE_FIRST + INTERRUPTS, 0);
    outb(LINE_FIRST + INTERRUPTS, (room ? INTERRUPT_INPUT : 0) | (writers > 0 ? INTERRUPT_OUTPUT : 0));
}

static void
take_in(void)
{
    while (!input_full(&input) && inb(LINE_FIRST + LINE_STATUS) & STATUS_INPUT)
        input_add(&input, inb(LINE_FIRST + DATA));
}

static void
writer_done(void)
{
    parked_answer_value(writer[first].reply, writer[first].size);
    first = (first + 1) % WRITERS;
    writers--;
    sent = 0;
}

/* A burst goes out, if the line is ready for one. */
static void
put_out(void)
{
    uint32_t burst = inb(LINE_FIRST + LINE_STATUS) & STATUS_ROOM ? BURST : 0;

    while (writers > 0 && burst > 0) {
        for (; sent < writer[first].size && burst > 0; burst--)
            outb(LINE_FIRST + DATA, writer[first].byte[sent++]);
        if (sent == writer[first].size)
            writer_done();
    }
}

/* A DEVICE_WRITE: PARKED, or an error. */
static uint32_t
write(const struct message *m, struct incoming *in)
{
    uint32_t size, last = (first + writers) % WRITERS;
    const void *bytes = get_rest(in, &size);
    struct result parked;

    if (!incoming_end(in) || size == 0)
        return ERR_MESSAGE;
    if (writers == WRITERS)
        return ERR_LIMIT;
    parked = park(m->cookie);
    if (parked.error)
        return parked.error == ERR_GONE ? PARKED : ERR_LIMIT;
    memcpy(writer[last].byte, bytes, size);
    writer[last].size = size;
    writer[last].reply = parked.value;
    writers++;
    return PARKED;
}

static void
call(const struct message *m)
{
    uint32_t error = ERR_MESSAGE;
    struct incoming in;

    incoming_start(&in, buffer, m->sizes);
    if (m->function == DEVICE_WRITE)
        error = write(m, &in);
    else if (incoming_end(&in) && m->function == DEVICE_READ)
        error = input_read(&input, m);
    if (error != PARKED)
        reply_error(error);
}

/* Whatever has come: what it has changed is dealt with. */
static void
serve_one(const struct message *m)
{
    if (m->function >= CALL_MANAGER_FIRST)
        call(m);
    take_in();
    input_answer(&input, buffer);
    put_out();
    listen();
    if (m->function == MESSAGE_IRQ)
        interrupt_done(LINE_IRQ);
}

int
main(void)
{
    struct message m;
    struct result r = door_new(SERIAL_NAME, true, 0, 0);
    uint32_t door = r.value;

    if (r.error || (r = ports_use(LINE_FIRST, LINE_PORTS)).error || (r = interrupt_bind(LINE_IRQ, door, 0)).error)
        return r.error;
    priority_set(SERIAL_PRIORITY);
    listen();
    while ((m = receive(door, buffer, sizeof(buffer), 0)).function != CALL_INVALID)
        serve_one(&m);
    return 1;
}
