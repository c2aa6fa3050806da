/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registers of a serial line, as far as input needs them: NS16550A data sheet, section 8.
 */
#pragma once

#include <stdint.h>

/* From the line's first port. */
#define DATA          0
#define INTERRUPTS    1
#define MODEM_CONTROL 4
#define LINE_STATUS   5

#define INTERRUPT_INPUT 0x01
#define MODEM_READY     0x09 /* DTR, and OUT2, which lets interrupts through on a PC */
#define MODEM_REQUEST   0x02 /* RTS: the other side may send */
#define STATUS_INPUT    0x01

static inline void
outb(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t
inb(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}
