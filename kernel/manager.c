/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages that the kernel sends in the name of a thread that cannot go on: an
 * exception, an absent page of a message buffer, a system call in a sandbox.  They
 * go the way of any call, and the reply says how the thread goes on.
 */
#include "door.h"
#include "x86.h"

#define PROGRAMS_FLAGS 0xdd5u /* of EFLAGS: the arithmetic flags, TF and DF */

static bool
alive(const struct descriptor *d)
{
    return d->object->kind == OBJECT_DOOR && d->object->span > 0;
}

/* The message that `t` has in `trap` goes its way.  Answers with the thread to run. */
struct thread *
trap_pass(struct thread *t)
{
    struct descriptor *d = t->trap.function == MESSAGE_FAULT ? &t->process->manager : &t->sandbox;

    if (alive(d))
        return message_pass(t, d);
    trap_unanswered(t);
    return NULL;
}

/* What `t`, which is about to run, has to do first: its message, its reply or its call. */
struct thread *
trap_again(struct thread *t)
{
    // SINCE pm
    if (t->again == CALL_TOLD)
        return trace_over(t);
    // END pm
    t->again = CALL_DONE;
    if (t->trap.function)
        return trap_pass(t);
    // SINCE pm
    if (t->traced)
        return trace_pass(t);
    // END pm
    return t->aside ? reply_fetch(t) : call(t);
}

/* `self` made exception `vector`.  Answers with the thread to run; `self` if there is no manager to tell. */
struct thread *
fault_send(struct thread *self)
{
    // SOLUTION doors.7
    // | /* TODO doors.7: struct trap from the frame; trap_pass(). */
    // | (void)alive;
    // | exercise_missing("doors.7");
    // | return self;
    struct descriptor *manager = &self->process->manager;
    const struct frame *frame = &self->frame;
    struct trap trap = {MESSAGE_FAULT, frame->vector, frame->error, 0, 0, 0, CALL_DONE};

    if (!alive(manager))
        return self;
    if (frame->vector == VECTOR_PAGE_FAULT) {
        struct fault fault = fault_decode(frame, read_cr2());

        trap.address = fault.address;
        trap.access = fault.access;
        trap.present = fault.present;
    }
    self->trap = trap;
    return trap_pass(self);
    // END doors.7
}

/*
 * A call of `t`, which runs no more, needs the page at `address`: it is made again once the page
 * is there.  False if there is no manager to ask.
 */
bool
fault_absent(struct thread *t, uint32_t address, bool write)
{
    // SOLUTION doors.7
    // | /* TODO doors.7: its call is made again: CALL_AGAIN. */
    // | (void)t, (void)address, (void)write;
    // | exercise_missing("doors.7");
    // | return false;
    struct descriptor *manager = &t->process->manager;
    struct thread *next;

    if (!alive(manager))
        return false;
    t->trap = (struct trap){MESSAGE_FAULT, VECTOR_PAGE_FAULT, 0, address,
                                          write ? FAULT_WRITE : FAULT_READ, 0, CALL_AGAIN};
    next = trap_pass(t);
    if (next)
        thread_wake(next);
    return true;
    // END doors.7
}

/* A page is absent of the buffer of the call that `self` is in.  Answers with the thread to run. */
struct thread *
fault_own(struct thread *self)
{
    uint32_t sizes = CALL_ARG3(self);
    struct span s;
    bool write = false;

    if (span_find(&s, self->process, CALL_ARG2(self), call_data_size(sizes), 0) != ERR_ABSENT) {
        write = true;
        // SINCE swap
        // < span_find(&s, self->process, CALL_ARG2(self), call_total_size(sizes), 0);
        span_find(&s, self->process, CALL_ARG2(self), call_total_size(sizes), PAGE_WRITABLE);
        // END swap
    }
    return fault_absent(self, s.absent, write) ? NULL : call_reply(self, -1, ERR_ABSENT);
}

/*
 * `self` made software interrupt `vector`, or SYSENTER, VECTOR_SYSENTER; EIP stands behind it.
 * Answers with the thread to run.
 */
struct thread *
trap_send(struct thread *self, uint32_t vector)
{
    limit_clear(self); /* of a call that was begun before there was a sandbox */
    self->trap = (struct trap){MESSAGE_TRAP, vector, 0, 0, 0, 0, CALL_DONE};
    // SINCE pm
    if (self->traced)
        self->trap.again = CALL_AGAIN;
    // END pm
    return trap_pass(self);
}

/* What ring 3 may know of the registers of `t`. */
struct registers
registers_of(const struct thread *t)
{
    const struct frame *f = &t->frame;

    return (struct registers){f->edi, f->esi, f->ebp, f->ebx, f->edx, f->ecx, f->eax, f->eip, f->eflags, f->esp};
}

/* `t` goes on with these.  It leaves the kernel by IRET, which restores them all. */
void
registers_set(struct thread *t, const struct registers *r)
{
    struct frame *f = &t->frame;

    f->edi = r->edi;
    f->esi = r->esi;
    f->ebp = r->ebp;
    f->ebx = r->ebx;
    f->edx = r->edx;
    f->ecx = r->ecx;
    f->eax = r->eax;
    f->eip = r->eip;
    f->esp = r->esp;
    f->eflags = (r->eflags & PROGRAMS_FLAGS) | EFLAGS_ALWAYS | EFLAGS_IF;
    f->vector = 0;
}

/* The message, in the kernel's own memory.  Answers with its sizes, of which the total is that of a reply. */
uint32_t
trap_message(const struct thread *caller, struct span *message)
{
    static struct fault_message m;
    const struct trap *t = &caller->trap;

    m = (struct fault_message){t->vector, t->error, t->address, t->access, t->present, caller->number,
                               registers_of(caller)};
    *message = (struct span){.at = (char *)&m, .size = sizeof(m)};
    return call_sizes(sizeof(struct registers), sizeof(m), 0);
}

/* What only a message of a program's has in its sender's registers. */
void
trap_arguments(const struct thread *caller, struct thread *receiver)
{
    CALL_ARG0(receiver) = caller->trap.function;
    CALL_ARG3(receiver) = call_sizes(sizeof(struct registers), sizeof(struct fault_message), 0);
}

/* `caller` ends, as the reply to its message wants it. */
void
trap_refuse(struct thread *caller)
{
    caller->again = CALL_END;
}

/* The reply of `self` lets `caller` go on: without data as it is, or with other registers.  0, or an error. */
uint32_t
trap_resume(struct thread *self, struct thread *caller)
{
    // SOLUTION doors.7
    // | /* TODO doors.7: no data, or struct registers; what else there is to forget then. */
    // | (void)self, (void)caller;
    // | return ERR_SIZE;
    uint32_t size = call_data_size(CALL_ARG3(self)), error;
    struct registers registers;
    struct span from;

    caller->again = caller->trap.again;
    if (size == 0)
        return 0;
    if (size != sizeof(registers) || call_descriptors(CALL_ARG3(self)))
        return ERR_SIZE;
    error = message_find(&from, self, size, SPAN_READ);
    if (error)
        return error;
    span_copy((struct span){.at = (char *)&registers, .size = size}, from, size);
    registers_set(caller, &registers);
    limit_clear(caller);
    caller->again = CALL_DONE;
    if (caller->aside)
        frame_release(caller->aside);
    caller->aside = 0;
    return 0;
    // END doors.7
}

/* Nobody is going to reply: `t` waits nowhere, and ends. */
void
trap_unanswered(struct thread *t)
{
    print("process %u, thread %u: nobody answers for its %s at %08x\n", t->process->number, t->number,
          t->trap.function == MESSAGE_FAULT ? exception_name(t->trap.vector) : "system call", t->frame.eip);
    t->trap.function = 0;
    t->again = CALL_END;
    thread_wake(t);
}

#define FLAG_RF  0x10000u /* of EFLAGS: set by a fault, so that the instruction can be made again */

/* Does this #GP come from an `int` that ring 3 may not make?  (Intel SDM volume 3, section 6.12.1.2.) */
static bool
is_software_interrupt(const struct frame *frame)
{
    return frame->vector == VECTOR_PROTECTION && (frame->error & 7) == 2;
}

/* `int` with that vector, of a process that calls the kernel by another one or of a sandboxed thread. */
static bool
software_interrupt(struct thread *self, uint32_t vector, struct thread **next)
{
    bool sandboxed = self->sandbox.object != &object_nothing;

    if (!sandboxed && vector != self->process->vector)
        return false;
    self->frame.eip += INT_SIZE;
    self->frame.eflags &= ~FLAG_RF;
    *next = sandboxed ? trap_send(self, vector) : call(self);
    return true;
}

/* CALL_VECTOR has a gate of its own; in a process that has another one it has to look as if it had none. */
static void
foreign_call(struct thread *self)
{
    struct frame *f = &self->frame;

    if (f->vector != CALL_VECTOR || self->process->vector == CALL_VECTOR)
        return;
    f->vector = VECTOR_PROTECTION;
    f->error = CALL_VECTOR << 3 | 2;
    f->eip -= INT_SIZE;
}

static bool
interrupt_handled(struct thread *self, unsigned irq, struct thread **next)
{
    if (irq == IRQ_TIMER) {
        limit_expire();
        return false;
    }
    irq_happened(irq);
    *next = thread_preempt(self);
    return true;
}

/*
 * From trap(), before all else: what is for drivers, managers and sandboxes.  Answers
 * whether it was, and with the thread to run.
 */
bool
trap_handled(struct thread *self, struct thread **next)
{
    struct frame *f = &self->frame;

    *next = self;
    if (f->vector - VECTOR_IRQ < IRQS)
        return interrupt_handled(self, f->vector - VECTOR_IRQ, next);
    foreign_call(self);
    if (is_software_interrupt(f) && software_interrupt(self, f->error >> 3, next))
        return true;
    if (f->vector >= VECTOR_EXCEPTIONS || f->vector == VECTOR_NO_FPU)
        return false;
    if (f->vector == VECTOR_PROTECTION && ports_fault(self->process))
        return true;
    // SINCE swap
    // < *next = fault_send(self);
    *next = fast_path && f->vector == VECTOR_PAGE_FAULT ? page_fault_send(self) : fault_send(self);
    // END swap
    return *next != self;
}
