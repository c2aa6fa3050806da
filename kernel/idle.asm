; SPDX-License-Identifier: BSD-2-Clause
;
; Where the kernel lets interrupts in: when it has nothing to do, and between two
; pieces of work (reap.c).  Only here can an interrupt come in ring 0; idle_trap()
; knows it by its place.  Nothing is kept on the stack: who gets here has no way back.

bits 32

extern kernel_stack_top, thread_switch, trap_return

section .text

; idle_wait: until an interrupt comes.  `sti` takes effect behind the next
; instruction, so none can slip in before `hlt`.
global idle_wait, idle_poll, idle_over, idle_end
idle_wait:
        mov esp, kernel_stack_top
        sti
        hlt
        jmp idle_over

; idle_poll: those that wait already.
idle_poll:
        mov esp, kernel_stack_top
        sti
        nop
        nop
; idle_over: on with the first thread that is ready.
idle_over:
        cli
        mov esp, kernel_stack_top
        xor ebp, ebp                    ; where a backtrace ends
        xor eax, eax
        call thread_switch
        jmp trap_return
idle_end:

section .note.GNU-stack noalloc noexec nowrite progbits
