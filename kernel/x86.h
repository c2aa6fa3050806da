/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor: instructions that C has no words for, bits of its registers.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SELECTOR_KERNEL_CODE  0x08
#define SELECTOR_KERNEL_DATA  0x10
#define SELECTOR_USER_CODE    0x1b
#define SELECTOR_USER_DATA    0x23
#define SELECTOR_TSS          0x28
#define SELECTOR_DOUBLE_FAULT 0x30
#define SELECTOR_NMI          0x38

#define CR0_MP (1u << 1)
#define CR0_EM (1u << 2)
#define CR0_TS (1u << 3)
#define CR0_NE (1u << 5)

#define CR4_OSFXSR     (1u << 9)
#define CR4_OSXMMEXCPT (1u << 10)

#define CR4_UMIP       (1u << 11)
#define CR4_SMEP       (1u << 20)
#define CR4_SMAP       (1u << 21)

#define EFLAGS_ALWAYS 0x002
#define EFLAGS_IF     0x200

#define CPUID_1_EDX_APIC (1u << 9)
#define CPUID_1_EDX_SEP  (1u << 11)
#define CPUID_1_EDX_FXSR (1u << 24)
#define CPUID_1_EDX_SSE  (1u << 25)

#define CPUID_7_EBX_SMEP (1u << 7)
#define CPUID_7_EBX_SMAP (1u << 20)
#define CPUID_7_ECX_UMIP (1u << 2)

#define MSR_APIC_BASE    0x01b
#define MSR_SYSENTER_CS  0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176

static inline void
outb(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t
inb(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

/* Everything in CR0, CR2, CR4 is read and written as one word. */
#define CONTROL_REGISTER(name)                                        \
    static inline uint32_t read_##name(void)                          \
    {                                                                 \
        uint32_t value;                                               \
                                                                      \
        __asm__ volatile("mov %%" #name ", %0" : "=r"(value));        \
        return value;                                                 \
    }                                                                 \
                                                                      \
    static inline void write_##name(uint32_t value)                   \
    {                                                                 \
        __asm__ volatile("mov %0, %%" #name : : "r"(value) : "memory"); \
    }

CONTROL_REGISTER(cr0)
CONTROL_REGISTER(cr2)
CONTROL_REGISTER(cr3)
CONTROL_REGISTER(cr4)

/* The low half of a model-specific register. */
static inline uint32_t
read_msr(uint32_t msr)
{
    uint32_t value, high;

    __asm__ volatile("rdmsr" : "=a"(value), "=d"(high) : "c"(msr));
    return value;
}

static inline void
write_msr(uint32_t msr, uint32_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"(value), "d"(0));
}

/* The TLB forgets the page at `address`. */
static inline void
invalidate_page(uint32_t address)
{
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid
cpuid(uint32_t leaf)
{
    struct cpuid r;

    __asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(0));
    return r;
}

static inline bool
cpu_has(uint32_t leaf_1_edx_bit)
{
    return (cpuid(1).edx & leaf_1_edx_bit) != 0;
}

/* What lgdt and lidt read: Intel SDM volume 3, section 2.4.1. */
struct table_register {
    uint16_t limit;
    uint32_t base;
} __attribute__((packed));

static inline void __attribute__((noreturn))
halt_forever(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}
