/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the kernel offer each other.  What a function does, its
 * arguments, its errors stand at its definition.
 *
 * The kernel has one stack and runs with interrupts off, so no function here
 * blocks and none can be interrupted.  "Answers with the thread to run" marks
 * those that may change who runs.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/boot.h"
#include "thread.h"

/* Physical addresses are not pointers: see memory.h. */
typedef uint32_t paddr_t;

/* boot record: multiboot.c */
struct boot_region {
    paddr_t start;
    paddr_t end; /* the first byte behind it */
};

#define BOOT_MEMORIES 64

struct boot_memory {
    struct boot_region region;
    bool ram; /* else it must not be used, whatever other entries say */
};

struct boot {
    char command_line[BOOT_TEXT];
    uint32_t modules;
    struct boot_region module[BOOT_MODULES];
    char module_name[BOOT_MODULES][BOOT_TEXT];
    uint32_t memories;
    struct boot_memory memory[BOOT_MEMORIES]; /* as the loader told, up to the end of what the kernel can reach */
};

void boot_read(struct boot *boot, uint32_t magic, paddr_t record);
void boot_refuse(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
uint32_t boot_option(const struct boot *boot, const char *name, uint32_t otherwise);

/* console.c, serial.c, vga.c */
void console_init(void);
void console_write(const char *text, size_t size);
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void print_list(const char *format, __builtin_va_list arguments);
#define SERIAL_CONSOLE 0x3f8
#define SERIAL_TEST    0x2f8
void serial_init(uint16_t port);
void serial_write(uint16_t port, const char *text, size_t size);
void serial_drain(uint16_t port);
void vga_init(void);
void vga_write(const char *text, size_t size);
#define VGA_TEXT 0xb8000
void vga_leave(void);
void vga_take_back(void);

/* machine.c */
enum machine_status {
    MACHINE_DONE = 16, /* 16 to 31: a program ended the run, with status 0 to 15 */
    MACHINE_PANIC = 48,
    MACHINE_REFUSED = 50,
    MACHINE_EXERCISE = 52,
};
void machine_stop(unsigned status) __attribute__((noreturn));

/* panic.c, symbols.c */
void panic_frame(const struct frame *frame, const char *what) __attribute__((noreturn));
void panic(const char *what) __attribute__((noreturn));
void print_frame(const struct frame *frame, uint32_t esp, uint32_t ss);
const char *symbol_name(uint32_t address, uint32_t *offset);

/* exercise.c */
void exercise_missing(const char *exercise);
void exercise_stop(const char *exercise) __attribute__((noreturn));

/* segments.c */
void segments_init(void);
void segments_set_stack(const struct thread *thread);
// SINCE doors
extern uint32_t *const segments_stack;
uint8_t *segments_ports(void);
void segments_use_ports(bool use);
// END doors
void *segments_sysenter_stack(void);
void fatal_trap(void) __attribute__((noreturn));

/* idt.c */
void idt_init(void);

/* trap.asm, trap.c */
#define VECTOR_NMI          2
#define VECTOR_DEBUG        1
#define VECTOR_BREAKPOINT   3
#define VECTOR_OVERFLOW     4
#define VECTOR_NO_FPU       7
#define VECTOR_DOUBLE_FAULT 8
// SINCE doors
#define VECTOR_PROTECTION   13
#define VECTOR_SYSENTER     256 /* trap.asm */
// END doors
#define VECTOR_PAGE_FAULT   14
#define VECTOR_EXCEPTIONS   32 /* the first that is no exception */
#define VECTOR_IRQ          32 /* IRQ 0 to 15 */
#define VECTORS             256
#define TRAP_STUB_SIZE      16
extern const char trap_stubs[];
void trap_return(struct thread *thread) __attribute__((noreturn));
void sysenter_entry(void);
struct thread *trap(struct thread *self);
struct thread *trap_vm86(struct thread *self);
void trap_kernel(const struct frame *frame) __attribute__((noreturn));
const char *exception_name(uint32_t vector);

/* pic.c */
#define IRQS 16
void pic_init(void);
void pic_unmask(unsigned irq);
void pic_mask(unsigned irq);
bool pic_spurious(unsigned irq);
void pic_acknowledge(unsigned irq);

/* timer.c */
#define IRQ_TIMER 0
void timer_init(uint32_t hz);
void timer_tick(void);
extern uint32_t timer_milliseconds;

/* sysenter.c */
bool sysenter_init(void);

/* fpu.c */
extern bool fpu_enabled;
void fpu_init(void);
void fpu_new(struct thread *thread);
void fpu_trap(struct thread *thread);
void fpu_switch(void);
void fpu_forget(const struct thread *thread);

/* thread.c */
struct thread *thread_new(struct process *process, uint32_t entry, uint32_t stack, uint32_t argument);
struct thread *thread_yield(struct thread *self);
struct thread *thread_end(struct thread *self);
struct thread *thread_switch(struct thread *next);
// SINCE doors
// < // SINCE paging
// < void thread_end_all(const struct process *process);
// < // END paging
struct thread *thread_create(struct process *process);
struct thread *thread_preempt(struct thread *self);
void thread_wake(struct thread *t);
void thread_leave(struct thread *t);
void thread_unreferenced(struct thread *t);
void thread_set_priority(struct thread *t, uint32_t priority);
void thread_made_by(struct thread *t, const struct thread *maker);
void ready_work(bool waits);
// END doors

/* call.c */
typedef struct thread *handler(struct thread *self);
struct thread *call(struct thread *self);
struct thread *call_reply(struct thread *self, uint32_t value, uint32_t error);
struct thread *call_fail(struct thread *self, uint32_t error);
uint32_t call_data(const struct thread *self, void *to, uint32_t size);
struct thread *call_thread(struct thread *self, struct process *process);
// SINCE paging
uint32_t call_room(const struct thread *self, uint32_t size);
struct thread *call_reply_data(struct thread *self, const uint32_t *words, uint32_t size);

/* call_process.c */
struct thread *call_process_create(struct thread *self);
struct thread *call_process_delete(struct thread *self);
struct thread *call_process_start(struct thread *self);
struct thread *call_memory_map(struct thread *self);
struct thread *call_memory_share(struct thread *self);
struct thread *call_memory_device(struct thread *self);
struct thread *call_memory_unmap(struct thread *self);
struct thread *call_memory_protect(struct thread *self);
struct thread *call_memory_query(struct thread *self);
struct thread *call_memory_scan(struct thread *self);
struct thread *call_frames(struct thread *self);
// END paging

/* root.c */
struct thread *root_new(const struct boot *boot, bool sysenter, uint32_t hz);

// SINCE doors
/* desc.c, door.c, send.c, reply.c, wait.c, irq.c, call_process.c, call_thread.c */
handler call_close;
handler call_duplicate;
handler call_look;
handler call_door_create;
handler call_receive;
handler call_reply_message;
handler call_reply_receive;
handler call_reply_error;
handler call_reply_error_receive;
handler call_park;
handler call_answer;
handler call_answer_error;
handler call_wait;
handler call_wouldblock;
handler call_irq_bind;
handler call_irq_done;
handler call_process_manager;
handler call_process_give;
handler call_process_thread;
handler call_process_vector;
handler call_process_ports;
handler call_thread_delete;
handler call_thread_start;
handler call_thread_stop;
handler call_thread_read;
handler call_thread_write;
handler call_thread_priority;
handler call_thread_sandbox;

// END doors
/* string.c: as in the C library */
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);
int strncmp(const char *a, const char *b, size_t size);

/* memcpy in line, by words while there are four bytes left. */
static inline void
copy_words(void *to, const void *from, size_t size)
{
    size_t words = size / 4, bytes = size % 4;

    __asm__ volatile("rep movsl\n\tmov %3, %2\n\trep movsb"
                     : "+D"(to), "+S"(from), "+&c"(words) : "r"(bytes) : "memory");
}
// SINCE pm

/* limits.c */
handler call_door_counts;
handler call_process_run;
handler call_process_stop;
handler call_process_counts;
handler call_process_limit;
handler call_process_descriptor;

/* trace.c */
handler call_process_call;
// END pm
