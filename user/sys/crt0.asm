; SPDX-License-Identifier: BSD-2-Clause
;
; Where every program under the process manager starts.  EAX points to struct start_page (pm/abi/pm.h),
; or is 0 if there is none.
bits 32

extern sys_start, thread_exit

section .text

global start
start:
        and esp, ~15
        xor ebp, ebp
        sub esp, 12
        push eax
        call sys_start

; A thread started by thread_start(): EAX points to its function and its argument.
global thread_entry
thread_entry:
        xor ebp, ebp
        sub esp, 8
        push dword [eax + 4]
        call [eax]
        call thread_exit

section .note.GNU-stack noalloc noexec nowrite progbits
