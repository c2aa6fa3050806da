/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts for drivers in ring 3, as messages.  One is held back from the moment it
 * comes until its driver has done with it; it is an event at the driver's door
 * (door.c), so it is never lost and never queued twice.
 */
#include "door.h"

#define IRQ_CASCADE 2

static struct irq {
    struct event event;
    struct descriptor door;
} irqs[IRQS] = {[0 ... IRQS - 1] = {.door.object = &object_nothing}};

/* Interrupt `irq`, not the timer's, has come. */
void
irq_happened(unsigned irq)
{
    struct irq *i = &irqs[irq];
    struct door *door = (struct door *)i->door.object;

    if (pic_spurious(irq))
        return;
    pic_mask(irq);
    pic_acknowledge(irq);
    if (door->object.kind == OBJECT_DOOR && door->owner)
        door_event(door, &i->event);
}

/* From trap.c: an interrupt in idle.asm, where no thread runs. */
void
idle_interrupt(unsigned irq)
{
    if (irq != IRQ_TIMER) {
        irq_happened(irq);
        idle_over();
    }
    pic_acknowledge(irq);
    timer_tick();
    limit_expire();
    idle_over();
}

static bool
for_drivers(uint32_t irq)
{
    return irq < IRQS && irq != IRQ_TIMER && irq != IRQ_CASCADE;
}

struct thread *
call_irq_bind(struct thread *self)
{
    struct interrupt wanted = {0};
    uint32_t error = call_data(self, &wanted, sizeof(wanted));
    struct irq *i = &irqs[wanted.irq % IRQS];

    if (!error && !for_drivers(wanted.irq))
        error = ERR_FLAGS;
    if (!error)
        error = desc_set(&i->door, self->process, &wanted.door);
    if (error)
        return call_fail(self, error);
    if (i->event.link.next)
        list_remove(&i->event.link);
    list_init(&i->event.link);
    i->event.function = MESSAGE_IRQ;
    i->event.cookie = i->door.cookie;
    if (wanted.door.door)
        pic_unmask(wanted.irq);
    else
        pic_mask(wanted.irq);
    return call_reply(self, 0, 0);
}

struct thread *
call_irq_done(struct thread *self)
{
    uint32_t irq, error = call_data(self, &irq, sizeof(irq));

    if (!error && !for_drivers(irq))
        error = ERR_FLAGS;
    if (error)
        return call_fail(self, error);
    pic_unmask(irq);
    return call_reply(self, 0, 0);
}
