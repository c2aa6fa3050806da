; SPDX-License-Identifier: BSD-2-Clause
;
; Power-on.  A Multiboot loader enters `boot` in 32-bit protected mode with
; paging off, EAX = 0x2BADB002 and EBX = physical address of its record.
; (Multiboot Specification 0.6.96, sections 3.1 to 3.3.)
;
; Here .bss is cleared (not every loader does), RAM is mapped at KERNEL_BASE
; with 4 MiB pages, and boot_high (high.asm) goes on at the high addresses.
; Nothing that a BIOS may have set up is relied on.

bits 32

KERNEL_BASE equ 0xc0000000

MAGIC equ 0x1badb002
FLAGS equ 3                             ; modules page-aligned, memory map wanted

PAGE_PRESENT  equ 1 << 0
PAGE_WRITABLE equ 1 << 1
PAGE_LARGE    equ 1 << 7
PAGE_GLOBAL   equ 1 << 8

CR0_WP  equ 1 << 16
CR0_NW  equ 1 << 29
CR0_CD  equ 1 << 30
CR0_PG  equ 1 << 31
CR4_PSE equ 1 << 4

DIRECT_PAGES equ 224                    ; 896 MiB, DIRECT_SIZE of memory.h

extern boot_high, kernel_directory, kernel_bss, kernel_end

section .multiboot
align 4
        dd MAGIC, FLAGS, -(MAGIC + FLAGS)

section .boot progbits alloc exec nowrite align=16
global boot
boot:
        cli
        cld
        mov esi, eax                    ; the loader's magic number
        mov edi, kernel_bss - KERNEL_BASE
        mov ecx, kernel_end
        sub ecx, kernel_bss
        xor eax, eax
        rep stosb

        ; One page directory: RAM at 0, until the jump, and at KERNEL_BASE.
        mov edi, kernel_directory - KERNEL_BASE
        mov eax, PAGE_PRESENT | PAGE_WRITABLE | PAGE_LARGE
        mov [edi], eax
        or eax, PAGE_GLOBAL
        mov ecx, DIRECT_PAGES
        lea edx, [edi + (KERNEL_BASE >> 22) * 4]
.map:   mov [edx], eax
        add edx, 4
        add eax, 1 << 22
        loop .map

        mov cr3, edi
        mov eax, cr4
        or eax, CR4_PSE
        mov cr4, eax
        mov eax, cr0
        or eax, CR0_PG | CR0_WP
        and eax, ~(CR0_CD | CR0_NW)     ; after reset the caches are off
        mov cr0, eax
        mov eax, boot_high
        jmp eax

section .note.GNU-stack noalloc noexec nowrite progbits
