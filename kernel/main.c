/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the first C function to the first instruction in ring 3.
 */
#include "process.h"
// SINCE doors
#include "door.h"
// END doors

#define HZ_DEFAULT 250
#define HZ_MIN     19 /* the slowest that 16 bits can count */
#define HZ_MAX     10000

void kmain(uint32_t magic, paddr_t record) __attribute__((noreturn));

static uint32_t
choose_hz(const struct boot *boot)
{
    uint32_t hz = boot_option(boot, "hz", HZ_DEFAULT);

    if (hz >= HZ_MIN && hz <= HZ_MAX)
        return hz;
    print("lintel: hz=%u is not between %u and %u: it is %u\n", hz, HZ_MIN, HZ_MAX, HZ_DEFAULT);
    return HZ_DEFAULT;
}

/* From boot.asm: what the loader left in EAX and EBX. */
void
kmain(uint32_t magic, paddr_t record)
{
    static struct boot boot;
    uint32_t hz;

    console_init();
    print("lintel: a teaching kernel for the i386\n");
    segments_init();
    idt_init();
    boot_read(&boot, magic, record);
    memory_init(&boot);
    // SINCE doors
    fast_path = boot_option(&boot, "fast", 1);
    // END doors
    fpu_init();
    pic_init();
    hz = choose_hz(&boot);
    timer_init(hz);
    root_new(&boot, sysenter_init(), hz);
    print("lintel: root process starts\n");
    trap_return(thread_switch(NULL));
}
