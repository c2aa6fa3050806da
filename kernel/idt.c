/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt descriptor table: for each of the 256 vectors, where the
 * processor goes on and who may raise it with an `int` instruction.
 *
 * All 256 gates are valid.  Interrupt gates, not trap gates: the kernel runs
 * with interrupts off from its first instruction.  DPL 0 keeps ring 3 from
 * raising what only hardware should raise; such an `int` becomes a general
 * protection fault.  (Intel SDM volume 3, sections 6.10 to 6.12.)
 */
#include "kernel.h"
#include "x86.h"

struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t zero;
    uint8_t type;
    uint16_t offset_high;
};

_Static_assert(sizeof(struct gate) == 8, "Intel SDM volume 3, figure 6-2");

#define GATE_INTERRUPT 0x8e /* present, DPL 0, 32-bit interrupt gate */
#define GATE_TASK      0x85 /* present, DPL 0, task gate: no offset */
#define GATE_USER      0x60 /* DPL 3 */

static struct gate idt[VECTORS];

// SOLUTION traps.1
// | /* TODO traps.1: who may raise a vector, and a function that fills a gate. */
static bool
user_may_raise(unsigned vector)
{
    return vector == VECTOR_BREAKPOINT || vector == VECTOR_OVERFLOW || vector == CALL_VECTOR;
}

static void
set_gate(unsigned vector, uint16_t selector, uint32_t offset, uint8_t type)
{
    idt[vector] = (struct gate){
        .offset_low = offset & 0xffff,
        .selector = selector,
        .type = type,
        .offset_high = offset >> 16,
    };
}

static void
set_interrupt_gate(unsigned vector)
{
    uint32_t stub = (uint32_t)(trap_stubs + vector * TRAP_STUB_SIZE);

    set_gate(vector, SELECTOR_KERNEL_CODE, stub, GATE_INTERRUPT | (user_may_raise(vector) ? GATE_USER : 0));
}
// END traps.1

/* Fills the table and loads it. */
void
idt_init(void)
{
    // SOLUTION traps.1
    // | /* TODO traps.1: a gate for each vector, and lidt. */
    // | (void)idt;
    // | exercise_stop("traps.1");
    struct table_register table = {sizeof(idt) - 1, (uint32_t)idt};

    for (unsigned vector = 0; vector < VECTORS; vector++)
        set_interrupt_gate(vector);
    set_gate(VECTOR_NMI, SELECTOR_NMI, 0, GATE_TASK);
    set_gate(VECTOR_DOUBLE_FAULT, SELECTOR_DOUBLE_FAULT, 0, GATE_TASK);
    __asm__ volatile("lidt %0" : : "m"(table));
    // END traps.1
}
