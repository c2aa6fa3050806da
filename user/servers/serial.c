/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of the first serial line: what is typed there is read at its door
 * (serial.h).  The line is a 16550, of which the kernel writes to the other half.
 *
 * While there is no room for what comes, the line raises no interrupt and tells the
 * other side to stop; so nothing is lost if that listens.  A driver may die at any moment:
 * the next one begins with what the line holds.
 */
#include "message.h"
#include "serial.h"
#include "uart.h"

#define ROOM    1024
#define READERS 8

/* Bytes that nobody has read yet, in a ring. */
static struct {
    uint8_t byte[ROOM];
    uint32_t first, count;
} typed;

/* Calls that wait, in the order of their coming. */
static struct {
    uint32_t reply;
    uint32_t room;
} reader[READERS];
static uint32_t readers;

static uint8_t buffer[4096];

/* From off to on the interrupt comes anew, if there is something to tell. */
static void
listen(bool on)
{
    outb(SERIAL_FIRST + MODEM_CONTROL, MODEM_READY | (on ? MODEM_REQUEST : 0));
    outb(SERIAL_FIRST + INTERRUPTS, on ? INTERRUPT_INPUT : 0);
}

/* Takes in what the line holds. */
static void
take_in(void)
{
    while (typed.count < ROOM && inb(SERIAL_FIRST + LINE_STATUS) & STATUS_INPUT)
        typed.byte[(typed.first + typed.count++) % ROOM] = inb(SERIAL_FIRST + DATA);
    if (typed.count == ROOM)
        listen(false);
}

/* Some bytes have been read. */
static void
let_go(uint32_t count)
{
    bool full = typed.count == ROOM;

    typed.first = (typed.first + count) % ROOM;
    typed.count -= count;
    if (full && count > 0)
        listen(true);
}

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static void
remove_reader(uint32_t i)
{
    for (readers--; i < readers; i++)
        reader[i] = reader[i + 1];
}

/* Makes room of those that have ended: an answer with no error is none, but fails otherwise if nobody waits. */
static void
remove_ended(void)
{
    for (uint32_t i = readers; i-- > 0;)
        if (answer_error(reader[i].reply, 0).error == ERR_GONE)
            remove_reader(i);
}

/* Answers the reader that came first.  One that has ended meanwhile takes no bytes with it. */
static void
answer_first(void)
{
    uint32_t count = least(typed.count, reader[0].room);
    struct outgoing out;

    outgoing_start(&out, buffer, sizeof(buffer));
    put_result(&out, count);
    for (uint32_t i = 0; i < count; i++)
        put_bytes(&out, &typed.byte[(typed.first + i) % ROOM], 1);
    if (!answer(reader[0].reply, buffer, outgoing_sizes(&out)).error)
        let_go(count);
    remove_reader(0);
}

static void
answer_readers(void)
{
    while (readers > 0 && typed.count > 0)
        answer_first();
}

/* A call of SERIAL_READ waits.  0, or an error. */
static uint32_t
add_reader(const struct message *m)
{
    uint32_t size = call_total_size(m->sizes), overhead = 2 * sizeof(uint32_t);
    struct result parked;

    if (size <= overhead)
        return ERR_MESSAGE;
    if (readers == READERS)
        remove_ended();
    if (readers == READERS)
        return SERIAL_ERR_READERS;
    parked = park(m->cookie);
    if (parked.error)
        return parked.error == ERR_GONE ? 0 : ERR_MESSAGE;
    reader[readers].reply = parked.value;
    reader[readers++].room = least(size, CALL_DATA_MAX) - overhead;
    return 0;
}

static void
interrupt(void)
{
    take_in();
    irq_done(SERIAL_MACHINE, SERIAL_IRQ);
}

static void
call(const struct message *m)
{
    struct incoming in;
    uint32_t error;

    incoming_start(&in, buffer, m->sizes);
    error = incoming_end(&in) && m->function == SERIAL_READ ? add_reader(m) : ERR_MESSAGE;
    if (error)
        reply_error(error);
}

int
main(const struct boot_info *info)
{
    struct message m;

    (void)info;
    irq_bind(SERIAL_MACHINE, SERIAL_IRQ, SERIAL_DOOR, 0);
    listen(false);
    listen(true);
    while ((m = receive(SERIAL_DOOR, buffer, CALL_DATA_MAX, 0)).function != CALL_INVALID) {
        if (m.function == MESSAGE_IRQ)
            interrupt();
        else
            call(&m);
        answer_readers();
    }
    return 1;
}
