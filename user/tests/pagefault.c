/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One page fault, of the kind that the argument names, at an address that the
 * challenge decides.
 */
#include "process.h"
#include "test.h"

#include "abi/memory.h"

#define PAGE   4096u
#define ABSENT 0x20000000u
#define BORDER 0x30001000u /* the page before it is mapped */

static void
read(uint32_t address)
{
    (void)*(volatile uint8_t *)address;
}

static void
write(uint32_t address)
{
    *(volatile uint8_t *)address = 0;
}

static void
fetch(uint32_t address)
{
    ((void (*)(void))address)();
}

static uint32_t
in(uint32_t base, uint32_t size)
{
    return base + challenge.param[0] % size;
}

/* An instruction of five bytes, two of which lie before the border. */
static uint32_t
across_border(void)
{
    memory_map(DESCRIPTOR_ROOT, BORDER - PAGE, 1, MEMORY_WRITABLE);
    memcpy((void *)(BORDER - 2), "\xb8\x00", 2); /* mov eax, ... */
    return BORDER - 2;
}

static const struct {
    const char *name;
    void (*act)(uint32_t address);
    uint32_t base, size;
} faults[] = {
    {"read.absent", read, ABSENT, 0x1000000},
    {"write.absent", write, ABSENT, 0x1000000},
    {"write.readonly", write, BOOT_BASE, PAGE},
    {"read.kernel", read, KERNEL_BASE, 0x1000000},
    {"write.kernel", write, KERNEL_BASE, 0x1000000},
    {"fetch.absent", fetch, ABSENT, 0x1000000},
    {"fetch.kernel", fetch, KERNEL_BASE, 0x1000000},
};

int
main(const struct boot_info *info)
{
    const char *name = test_argument(info);

    call_by_sysenter = false;
    if (strcmp(name, "fetch.border") == 0) {
        report("address", "%08x", BORDER);
        fetch(across_border());
    }
    for (unsigned i = 0; i < sizeof(faults) / sizeof(*faults); i++)
        if (strcmp(name, faults[i].name) == 0) {
            uint32_t address = in(faults[i].base, faults[i].size);

            report("address", "%08x", address);
            faults[i].act(address);
        }
    report_end();
}
