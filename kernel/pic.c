/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two 8259A interrupt controllers.  The second hangs on input 2 of the
 * first.  After power-on they raise vectors 8 to 15, which are exceptions;
 * they are moved to VECTOR_IRQ and up.  (Intel 8259A data sheet.)
 */
#include "kernel.h"
#include "x86.h"

#define PIC1_COMMAND 0x20
#define PIC1_DATA    0x21
#define PIC2_COMMAND 0xa0
#define PIC2_DATA    0xa1

#define ICW1_INIT     0x11 /* edge-triggered, cascaded, ICW4 follows */
#define ICW4_8086     0x01
#define OCW2_EOI      0x20 /* end of the interrupt in service */
#define OCW3_READ_ISR 0x0b /* the next read gives the in-service bits */

#define APIC_BASE_ENABLE (1u << 11)

#define IRQ_CASCADE 2
#define IRQ_PER_PIC 8

static uint16_t masked = 0xffff;

static void
write_masks(void)
{
    outb(PIC1_DATA, masked & 0xff);
    outb(PIC2_DATA, masked >> 8);
}

// SOLUTION traps.4
// | /* TODO traps.4: a helper that sends the four initialisation words to one PIC. */
static void
initialise(uint16_t command, uint16_t data, uint8_t vector, uint8_t cascade)
{
    outb(command, ICW1_INIT);
    outb(data, vector);
    outb(data, cascade);
    outb(data, ICW4_8086);
}
// END traps.4

/*
 * A local APIC lets the PIC's interrupts through only if a BIOS told it to.
 * Switched off, it is out of the way.  (Intel SDM volume 3, section 10.4.3.)
 */
static void
apic_off(void)
{
    if (cpu_has(CPUID_1_EDX_APIC))
        write_msr(MSR_APIC_BASE, read_msr(MSR_APIC_BASE) & ~APIC_BASE_ENABLE);
}

/* Masks all interrupts, whatever a BIOS left, and moves them to VECTOR_IRQ. */
void
pic_init(void)
{
    write_masks();
    apic_off();
    // SOLUTION traps.4
    // | /* TODO traps.4: initialise both PICs; all masked but the cascade. */
    // | exercise_missing("traps.4");
    initialise(PIC1_COMMAND, PIC1_DATA, VECTOR_IRQ, 1 << IRQ_CASCADE);
    initialise(PIC2_COMMAND, PIC2_DATA, VECTOR_IRQ + IRQ_PER_PIC, IRQ_CASCADE);
    masked = 0xffff & ~(1 << IRQ_CASCADE);
    write_masks();
    // END traps.4
}

/* Lets interrupt `irq` (0 to 15) through. */
void
pic_unmask(unsigned irq)
{
    // SOLUTION traps.4
    // | /* TODO traps.4 */
    // | (void)irq;
    masked &= ~(1 << irq);
    write_masks();
    // END traps.4
}

/* Holds interrupt `irq` back. */
void
pic_mask(unsigned irq)
{
    // SOLUTION traps.4
    // | /* TODO traps.4 */
    // | (void)irq;
    masked |= 1 << irq;
    write_masks();
    // END traps.4
}

// SOLUTION traps.4
// | /* TODO traps.4: a helper that asks a PIC whether its input 7 is in service. */
static bool
in_service(uint16_t command, unsigned input)
{
    outb(command, OCW3_READ_ISR);
    return inb(command) & 1 << input;
}
// END traps.4

/*
 * A controller that loses a request in the middle raises its input 7, with
 * no bit in service.  Such an interrupt must not be acknowledged; but the first
 * controller did see a real one from the second, and is told here that it is over.
 */
bool
pic_spurious(unsigned irq)
{
    // SOLUTION traps.4
    // | /* TODO traps.4 */
    // | (void)irq;
    // | return false;
    if (irq == 7)
        return !in_service(PIC1_COMMAND, 7);
    if (irq != 15 || in_service(PIC2_COMMAND, 7))
        return false;
    outb(PIC1_COMMAND, OCW2_EOI);
    return true;
    // END traps.4
}

/* Ends interrupt `irq`, so that it and those below it can come again. */
void
pic_acknowledge(unsigned irq)
{
    // SOLUTION traps.4
    // | /* TODO traps.4 */
    // | (void)irq;
    if (irq >= IRQ_PER_PIC)
        outb(PIC2_COMMAND, OCW2_EOI);
    outb(PIC1_COMMAND, OCW2_EOI);
    // END traps.4
}
