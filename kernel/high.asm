; SPDX-License-Identifier: BSD-2-Clause
;
; The first code at the high addresses, and the memory that boot.asm needs.
; (A file of its own: nasm describes one section of code of a file to debuggers.)

bits 32

STACK_SIZE equ 16384
CR4_PGE    equ 1 << 7

extern kmain

section .text
global boot_high
boot_high:
        mov dword [kernel_directory], 0 ; the low mapping has served
        mov eax, cr3
        mov cr3, eax
        mov eax, cr4
        or eax, CR4_PGE                 ; global pages only from here on
        mov cr4, eax
        mov esp, kernel_stack_top
        xor ebp, ebp                    ; the end of every stack trace
        mov eax, esi                    ; arguments in registers: -mregparm=3
        mov edx, ebx
        call kmain                      ; does not return

section .bss
global kernel_directory, kernel_stack, kernel_stack_top
align 4096
kernel_directory:
        resb 4096
kernel_stack:
        resb STACK_SIZE
kernel_stack_top:

section .note.GNU-stack noalloc noexec nowrite progbits
