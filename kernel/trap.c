/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every trap from ring 3 comes to: a function that is told of the
 * running thread and answers with the thread to run.  A trap from ring 0 is
 * a bug of the kernel's.
 */
#include "process.h"
#include "x86.h"
// SINCE doors
#include "door.h"
// END doors

/* Intel SDM volume 3, table 6-1. */
static const char *const names[] = {
    "divide error", "debug", "NMI", "breakpoint", "overflow", "bound range exceeded",
    "invalid opcode", "device not available", "double fault", "coprocessor segment overrun",
    "invalid TSS", "segment not present", "stack-segment fault", "general protection fault",
    "page fault", "exception 15", "x87 floating-point error", "alignment check", "machine check",
    "SIMD floating-point error", "virtualization exception", "control protection exception",
};

/* The name of exception `vector`, 0 to 31. */
const char *
exception_name(uint32_t vector)
{
    return vector < sizeof(names) / sizeof(*names) ? names[vector] : "reserved exception";
}

// SOLUTION traps.3
// | /* TODO traps.3: the report of a thread that faulted */
static void
report(const struct thread *t)
{
    const struct frame *f = &t->frame;

    print("thread %u ended: %s (vector %u, error code %x)", t->number, exception_name(f->vector), f->vector,
          f->error);
    if (f->vector == VECTOR_PAGE_FAULT)
        print(" at address %08x", read_cr2());
    print("\n");
    print_frame(f, f->esp, f->ss);
}
// END traps.3

/*
 * An exception of ring 3 ends its thread and nothing else; but the first use
 * of the FPU after a switch only asks for the FPU's registers.
 */
static struct thread *
exception(struct thread *self)
{
    // SOLUTION traps.3
    // | /* TODO traps.3 */
    // | (void)self;
    // | exercise_stop("traps.3");
    if (self->frame.vector == VECTOR_NO_FPU) {
        fpu_trap(self);
        return self;
    }
    report(self);
    return thread_end(self);
    // END traps.3
}

/* A hardware interrupt: answers with the thread to run. */
static struct thread *
interrupt(struct thread *self, unsigned irq)
{
    // SOLUTION traps.4
    // | /* TODO traps.4: spurious interrupts, acknowledgement, the timer. */
    // | (void)irq;
    // | exercise_missing("traps.4");
    // | return self;
    if (pic_spurious(irq))
        return self;
    pic_acknowledge(irq);
    if (irq != IRQ_TIMER)
        return self;
    timer_tick();
    return thread_yield(self);
    // END traps.4
}

/*
 * From trap.asm: thread `self` has trapped.  Answers with the thread to run;
 * NULL stands for the first in the ready queue.
 */
struct thread *
trap(struct thread *self)
{
    // SINCE doors
    struct thread *next;

    if (self->frame.vector == CALL_VECTOR && self->process->vector == CALL_VECTOR)
        return call(self);
    if (trap_handled(self, &next))
        return next;
    // END doors
    uint32_t vector = self->frame.vector;

    // SINCE paging
    if (vector == VECTOR_PAGE_FAULT)
        fault_report(self);
    // END paging
    if (vector < VECTOR_EXCEPTIONS)
        return exception(self);
    if (vector == CALL_VECTOR)
        return call(self);
    if (vector - VECTOR_IRQ < IRQS)
        return interrupt(self, vector - VECTOR_IRQ);
    return self;
}

/*
 * From trap.asm: thread `self` got into virtual-8086 mode, which it cannot go
 * on in; its frame begins below it.  An interrupt must not be forgotten.
 */
struct thread *
trap_vm86(struct thread *self)
{
    const struct frame *frame = (const struct frame *)((const char *)self - VM86_EXTRA);
    unsigned irq = frame->vector - VECTOR_IRQ;

    // SINCE doors
    // < if (irq < IRQS && !pic_spurious(irq))
    // <     pic_acknowledge(irq);
    if (irq == IRQ_TIMER)
        pic_acknowledge(irq);
    else if (irq < IRQS)
        irq_happened(irq);
    // END doors
    print("thread %u ended: virtual-8086 mode, at %04x:%08x\n", self->number, frame->cs & 0xffff, frame->eip);
    return thread_end(self);
}

/* From trap.asm: a trap in ring 0.  `frame` has no esp and ss. */
void
trap_kernel(const struct frame *frame)
{
    // SINCE doors
    if (frame->vector - VECTOR_IRQ < IRQS && frame->eip >= (uint32_t)idle_wait && frame->eip < (uint32_t)idle_end)
        idle_interrupt(frame->vector - VECTOR_IRQ);
    // END doors
    panic_frame(frame, frame->vector < VECTOR_EXCEPTIONS ? exception_name(frame->vector) : "interrupt");
}
