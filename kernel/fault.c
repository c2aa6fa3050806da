/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a page fault means: Intel SDM volume 3, section 4.7.
 */
#include "memory.h"
#include "process.h"
#include "x86.h"

#define ERROR_PRESENT 0x01u /* a page is there, and its rights forbid it */
#define ERROR_WRITE   0x02u
#define ERROR_USER    0x04u
#define ERROR_FETCH   0x10u /* told only when SMEP is switched on */

#define LONGEST_INSTRUCTION 15 /* bytes */

/*
 * Decodes the page fault in `frame` at `address` (what CR2 holds).  Without SMEP a
 * fetch looks like a read; but an instruction that reads where it stands is being
 * fetched, and it may begin in the page before the one that is absent.
 */
struct fault
fault_decode(const struct frame *frame, uint32_t address)
{
    // SOLUTION paging.7
    // | /* TODO paging.7 */
    // | (void)frame;
    // | exercise_missing("paging.7");
    // | return (struct fault){.address = address};
    bool next_page = address % PAGE_SIZE == 0 && address - frame->eip < LONGEST_INSTRUCTION;
    bool fetch = read_cr4() & CR4_SMEP ? frame->error & ERROR_FETCH : address == frame->eip || next_page;

    return (struct fault){
        .address = address,
        .access = frame->error & ERROR_WRITE ? FAULT_WRITE : fetch ? FAULT_FETCH : FAULT_READ,
        .present = frame->error & ERROR_PRESENT,
        .user = frame->error & ERROR_USER,
    };
    // END paging.7
}

static const char *
reason(const struct fault *fault)
{
    // SOLUTION paging.7
    // | /* TODO paging.7: three answers, as the handout has them */
    // | (void)fault;
    // | return "";
    if (!fault->present)
        return "which is not mapped";
    return fault->address >= KERNEL_BASE ? "which is the kernel's" : "which it may only read";
    // END paging.7
}

/* Tells the console what thread `t`, which got a page fault, tried to do. */
void
fault_report(const struct thread *t)
{
    static const char *const does[] = {
        [FAULT_READ] = "reads from", [FAULT_WRITE] = "writes to", [FAULT_FETCH] = "executes at",
    };
    struct fault fault = fault_decode(&t->frame, read_cr2());

    // SOLUTION paging.7
    // | /* TODO paging.7: take this out when the two functions above are done. */
    // | return;
    // END paging.7
    print("process %u, thread %u %s %08x, %s\n", t->process->number, t->number, does[fault.access], fault.address,
          reason(&fault));
}
