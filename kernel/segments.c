/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segments and task state.  Segmentation is as good as off: code and data of
 * both rings are flat.  What matters is TSS.esp0, the stack on which ring 3
 * enters the kernel: it is the end of the running thread's frame, so it also
 * says which thread runs.  (Intel SDM volume 3, sections 3.4.5 and 7.2.)
 *
 * Double faults and NMIs may come when ESP is no good.  They switch to tasks
 * of their own, each with a stack.
 */
#include "memory.h"
#include "x86.h"

#include <stddef.h>

#define ACCESS_KERNEL_CODE 0x9a
#define ACCESS_KERNEL_DATA 0x92
#define ACCESS_USER_CODE   0xfa
#define ACCESS_USER_DATA   0xf2
#define ACCESS_TSS         0x89

#define FLAT_4G  0xc /* limit in pages, 32 bits */
#define IN_BYTES 0x0

#define FATAL_STACK 2048

struct tss {
    uint32_t link;
    uint32_t esp0, ss0, esp1, ss1, esp2, ss2;
    uint32_t cr3, eip, eflags;
    uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
    uint32_t es, cs, ss, ds, fs, gs;
    uint32_t ldt;
    uint16_t debug, io_map; /* io_map behind the limit: no ports for ring 3 */
};

_Static_assert(sizeof(struct tss) == 104, "Intel SDM volume 3, figure 7-2");

/*
 * SYSENTER begins with ESP = &tss.esp0.  Should #DB strike its first
 * instruction (debug_entry in trap.asm), three words are pushed below.
 */
static struct {
    uint32_t headroom[8];
    struct tss tss;
    // SINCE doors
    uint8_t ports[0x10000 / 8 + 1]; /* see ports.c; the last byte is all ones */
    // END doors
} main_task;

struct fatal_task {
    struct tss tss;
    uint8_t stack[FATAL_STACK] __attribute__((aligned(16)));
};

static struct fatal_task double_fault, nmi;

static uint64_t gdt[SELECTOR_NMI / 8 + 1];

void fatal_entry(void); /* trap.asm */
extern char kernel_directory[];

static void
set_segment(unsigned selector, uint32_t base, uint32_t limit, uint8_t access, uint8_t flags)
{
    gdt[selector / 8] = (limit & 0xffff) | (uint64_t)(base & 0xffffff) << 16 | (uint64_t)access << 40
                        | (uint64_t)(limit >> 16 & 0xf) << 48 | (uint64_t)flags << 52
                        | (uint64_t)(base >> 24) << 56;
}

static void
set_tss(unsigned selector, struct tss *tss)
{
    tss->io_map = sizeof(*tss);
    set_segment(selector, (uint32_t)tss, sizeof(*tss) - 1, ACCESS_TSS, IN_BYTES);
}

static void
set_fatal_task(unsigned selector, struct fatal_task *task)
{
    task->tss.cr3 = physical(kernel_directory);
    task->tss.eip = (uint32_t)fatal_entry;
    task->tss.esp = (uint32_t)(task->stack + FATAL_STACK);
    task->tss.cs = SELECTOR_KERNEL_CODE;
    task->tss.ss = task->tss.ds = task->tss.es = SELECTOR_KERNEL_DATA;
    task->tss.eflags = EFLAGS_ALWAYS;
    set_tss(selector, &task->tss);
}

static void
load_tables(void)
{
    struct table_register table = {sizeof(gdt) - 1, (uint32_t)gdt};

    __asm__ volatile("lgdt %0\n\t"
                     "ljmp %1, $1f\n"
                     "1:\n\t"
                     "mov %2, %%ss\n\t"
                     "mov %3, %%ds\n\t"
                     "mov %3, %%es\n\t"
                     "mov %4, %%fs\n\t"
                     "mov %4, %%gs\n\t"
                     "lldt %w4\n\t"
                     "ltr %w5"
                     :
                     : "m"(table), "i"(SELECTOR_KERNEL_CODE), "r"(SELECTOR_KERNEL_DATA),
                       "r"(SELECTOR_USER_DATA), "r"(0), "r"(SELECTOR_TSS)
                     : "memory");
}

void
segments_init(void)
{
    set_segment(SELECTOR_KERNEL_CODE, 0, 0xfffff, ACCESS_KERNEL_CODE, FLAT_4G);
    set_segment(SELECTOR_KERNEL_DATA, 0, 0xfffff, ACCESS_KERNEL_DATA, FLAT_4G);
    set_segment(SELECTOR_USER_CODE, 0, 0xfffff, ACCESS_USER_CODE, FLAT_4G);
    set_segment(SELECTOR_USER_DATA, 0, 0xfffff, ACCESS_USER_DATA, FLAT_4G);
    main_task.tss.ss0 = SELECTOR_KERNEL_DATA;
    set_tss(SELECTOR_TSS, &main_task.tss);
    // SINCE doors
    set_segment(SELECTOR_TSS, (uint32_t)&main_task.tss, sizeof(main_task) - offsetof(typeof(main_task), tss) - 1,
                ACCESS_TSS, IN_BYTES);
    memset(main_task.ports, 0xff, sizeof(main_task.ports));
    segments_use_ports(false);
    // END doors
    set_fatal_task(SELECTOR_DOUBLE_FAULT, &double_fault);
    set_fatal_task(SELECTOR_NMI, &nmi);
    load_tables();
}

/* From now on ring 3 enters the kernel into the frame of `thread`. */
void
segments_set_stack(const struct thread *thread)
{
    main_task.tss.esp0 = (uint32_t)(&thread->frame + 1);
}

// SINCE doors
/* What that sets, for who is in a hurry. */
uint32_t *const segments_stack = &main_task.tss.esp0;

/* The map of ports: bits that are 0 allow ring 3 to use one. */
uint8_t *
segments_ports(void)
{
    return main_task.ports;
}

/* Does it count?  If not, io_map points behind the limit. */
void
segments_use_ports(bool use)
{
    main_task.tss.io_map = use ? offsetof(typeof(main_task), ports) - offsetof(typeof(main_task), tss) : 0xffff;
}

// END doors
/* ESP for SYSENTER: see sysenter_entry in trap.asm. */
void *
segments_sysenter_stack(void)
{
    return &main_task.tss.esp0;
}

/* What the task switch saved of the registers before it. */
static struct frame
interrupted(void)
{
    const struct tss *t = &main_task.tss;

    return (struct frame){
        .edi = t->edi, .esi = t->esi, .ebp = t->ebp, .ebx = t->ebx,
        .edx = t->edx, .ecx = t->ecx, .eax = t->eax, .gs = t->gs,
        .fs = t->fs, .es = t->es, .ds = t->ds, .eip = t->eip,
        .cs = t->cs, .eflags = t->eflags, .esp = t->esp, .ss = t->ss,
    };
}

/* The tasks of double fault and NMI run this, on their own stacks. */
void
fatal_trap(void)
{
    struct frame frame = interrupted();
    uint32_t task;

    __asm__("str %0" : "=r"(task));
    frame.vector = task == SELECTOR_NMI ? VECTOR_NMI : VECTOR_DOUBLE_FAULT;
    panic_frame(&frame, exception_name(frame.vector));
}
