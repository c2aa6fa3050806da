; SPDX-License-Identifier: BSD-2-Clause
;
; Where every program starts.  The kernel (or whoever started the thread)
; leaves one word in EAX: the root process finds struct boot_info there.

bits 32

extern main, lib_init, thread_exit

section .text
global start
start:
        and esp, ~15
        xor ebp, ebp
        sub esp, 8
        push eax
        push eax
        call lib_init
        add esp, 4
        call main
        call thread_exit

; A thread started by thread_start() of thread.c: EAX points to its function
; and its argument.
global thread_entry
thread_entry:
        xor ebp, ebp
        sub esp, 8
        push dword [eax + 4]
        call [eax]
        call thread_exit

section .note.GNU-stack noalloc noexec nowrite progbits
