/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tries every way to the kernel's memory and to that of other processes.  What
 * faults is tried by a thread of its own, which the fault ends.
 */
#include "process.h"
#include "text.h"

#include "abi/memory.h"

#define STACK 4096

static char stack[STACK] __attribute__((aligned(16)));
static volatile bool came_back;

static void
read_from(void *address)
{
    (void)*(volatile uint8_t *)address;
    came_back = true;
}

static void
write_to(void *address)
{
    *(volatile uint8_t *)address = 0;
    came_back = true;
}

static void
jump_to(void *address)
{
    ((void (*)(void))address)();
    came_back = true;
}

static void
port(void *number)
{
    __asm__ volatile("outb %%al, %%dx" : : "d"((uint32_t)number), "a"(0));
    came_back = true;
}

static void
control(void *value)
{
    __asm__ volatile("mov %0, %%cr3" : : "r"(value));
    came_back = true;
}

static const struct {
    const char *what;
    void (*try)(void *);
    uint32_t argument;
} touches[] = {
    {"read the kernel", read_from, KERNEL_BASE + 0x100000},
    {"write to the kernel", write_to, KERNEL_BASE + 0x100000},
    {"call into the kernel", jump_to, KERNEL_BASE + 0x100000},
    {"read where the demo has its window", read_from, 0x40000000},
    {"write to what the loader brought", write_to, BOOT_BASE},
    {"load a page directory of my own", control, 0x1000},
    {"talk to the disk controller", port, 0x1f0},
};

static void
try_touches(void)
{
    for (unsigned i = 0; i < sizeof(touches) / sizeof(*touches); i++) {
        came_back = false;
        printf("spy:    I %s\n", touches[i].what);
        thread_start(touches[i].try, (void *)touches[i].argument, stack, STACK);
        for (int turns = 0; turns < 20 && !came_back; turns++)
            yield();
        if (came_back)
            printf("spy:    I DID IT\n");
    }
}

static void
show(const char *what, struct result r)
{
    printf("spy:    I ask to %s: %s (%x)\n", what, r.error ? "refused" : "I DID IT", r.error);
}

/* Descriptors are guessed, since it was given none. */
static void
try_calls(void)
{
    uint32_t guess = 3;

    show("map memory for myself", memory_map(DESCRIPTOR_ROOT, 0x20000000, 1, MEMORY_WRITABLE));
    show("see another's memory", memory_share(DESCRIPTOR_ROOT, 0x20000000, 1, 0, guess, USER_BASE));
    show("map the screen", memory_device(DESCRIPTOR_ROOT, 0x20000000, 1, MEMORY_WRITABLE, 0xb8000));
    show("delete another process", process_delete(guess));
    show("make a process", process_create());
    show("print the kernel", kernel_call(CALL_CONSOLE_WRITE, CALL_SELF, (void *)(KERNEL_BASE + 0x100000), 64));
    show("print past my memory", kernel_call(CALL_CONSOLE_WRITE, CALL_SELF, (void *)(USER_END - 8), 64));
    show("stop the machine", kernel_call(CALL_MACHINE_STOP, CALL_MACHINE, &guess, sizeof(guess)));
}

int
main(const struct boot_info *info)
{
    (void)info;
    try_touches();
    try_calls();
    printf("spy:    nothing worked\n");
    return 0;
}
