/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 16550 serial lines, written to by polling: COM1 is the console of record,
 * COM2 takes the verdicts of tests.  (NS16550A data sheet, section 8.)
 */
#include "kernel.h"
#include "x86.h"

#define DATA          0
#define INTERRUPTS    1
#define FIFO          2
#define LINE_CONTROL  3
#define MODEM_CONTROL 4
#define LINE_STATUS   5

#define LINE_8N1     0x03
#define LINE_DIVISOR 0x80 /* DATA and INTERRUPTS are the divisor now */
#define FIFO_ON      0x07
#define MODEM_READY  0x03

#define STATUS_ROOM  0x20 /* the transmitter takes a byte */
#define STATUS_EMPTY 0x40 /* the last byte is on the line */

#define DIVISOR_115200 1

/* A line that nothing drives must not stop the kernel for ever. */
#define PATIENCE 100000

void
serial_init(uint16_t port)
{
    outb(port + INTERRUPTS, 0);
    outb(port + LINE_CONTROL, LINE_DIVISOR);
    outb(port + DATA, DIVISOR_115200);
    outb(port + INTERRUPTS, 0);
    outb(port + LINE_CONTROL, LINE_8N1);
    outb(port + FIFO, FIFO_ON);
    outb(port + MODEM_CONTROL, MODEM_READY);
}

static void
wait_for(uint16_t port, uint8_t status)
{
    for (int i = 0; i < PATIENCE; i++)
        if (inb(port + LINE_STATUS) & status)
            return;
}

void
serial_write(uint16_t port, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        wait_for(port, STATUS_ROOM);
        outb(port + DATA, text[i]);
    }
}

/* Waits until all that was written is on the line. */
void
serial_drain(uint16_t port)
{
    wait_for(port, STATUS_EMPTY);
}
