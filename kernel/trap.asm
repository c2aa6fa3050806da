; SPDX-License-Identifier: BSD-2-Clause
;
; The way into the kernel and out of it.
;
; Every entry from ring 3 saves the registers straight into the running
; thread: TSS.esp0 points behind its frame, so what the processor pushes, and
; what is pushed here, fills the frame from its end down to offset 0.  Then
; the one kernel stack is taken, a C function is told of the thread and
; answers with the thread to run, and that one's frame is restored.  Should it
; be another one, or none in particular (NULL), thread_switch() comes between.
;
; C functions take their first argument in EAX (-mregparm=3), give their result
; in EAX, and keep EBX, ESI, EDI and EBP.
;
;       struct frame (thread.h)
;  +72  ss      \
;  +68  esp      | pushed by the processor, and only
;  +64  eflags  /  when it comes from ring 3: ss and esp
;  +60  cs
;  +56  eip
;  +52  error    pushed by the processor for some vectors, else 0 from here
;  +48  vector
;  +44  ds
;  +40  es
;  +36  fs
;  +32  gs
;  +28  eax, ecx, edx, ebx, (esp), ebp, esi
;   +0  edi      <- the frame's address is the thread's
;
; Interrupts stay off from entry to exit.  Ring 0 never traps but by a bug in
; the kernel, with one exception: see debug_entry.

bits 32

%define FRAME_CS     60
%define FRAME_EIP    56
%define FRAME_ESP    68
%define FRAME_VECTOR 48

%define KERNEL_CODE 0x08
%define KERNEL_DATA 0x10
%define USER_CODE   0x1b
%define USER_DATA   0x23                ; the kernel's DS and ES too: same flat view

%define FLAG_ALWAYS 0x002               ; a bit of EFLAGS that reads as 1
%define FLAG_TF     0x100
%define FLAG_VM     0x20000
%define FLAG_AC     0x40000
%define FLAG_IF     0x200

%define VECTORS         256
%define VECTOR_SYSENTER 256             ; no real vector: marks how a frame came in

%define STUB_SIZE 16

extern trap, trap_kernel, trap_vm86, call, thread_switch, exercise_stop, kernel_stack_top

section .text

; ---------------------------------------------------------------- vectors

; trap_stubs: for vector n the entry point is trap_stubs + n * STUB_SIZE.
; Each stub makes the stack look the same for all vectors: an error code,
; then the vector.  Intel SDM volume 3, section 6.13 and table 6-1, tells
; which vectors come with an error code.
global trap_stubs
; SOLUTION traps.2
; |         align STUB_SIZE
; | trap_stubs:
; | %rep VECTORS
; |         align STUB_SIZE
; |         jmp trap_entry                  ; TODO traps.2: error code and vector
; | %endrep
%define HAS_ERROR_CODE(n) (n == 8 || (n >= 10 && n <= 14) || n == 17 || n == 21 || n == 29 || n == 30)

        align STUB_SIZE
trap_stubs:
%assign vector 0
%rep VECTORS
        align STUB_SIZE
  %if vector == 1
        jmp debug_entry
  %else
    %if !HAS_ERROR_CODE(vector)
        push dword 0
    %endif
        push dword vector
        jmp trap_entry
  %endif
  %assign vector vector + 1
%endrep
; END traps.2

; Vector 1, #DB.  A program may set TF and enter the kernel: SYSENTER leaves
; TF as it is, so the first instruction of sysenter_entry raises #DB in
; ring 0, before there is a stack or a usable DS (and an entry by `int` under
; the shadow of `mov ss` may do the same).  It means nothing to the kernel:
; TF is cleared in the saved flags and the entry goes on.  Only SS is used.
debug_entry:
; SOLUTION traps.8
; |         ; TODO traps.8: from ring 0, clear TF in the saved flags and go on.
        test byte [esp + 4], 3          ; the saved CS: from which ring?
        jnz .user
        and dword [esp + 8], ~FLAG_TF
        iret
.user:
; END traps.8
        push dword 0
        push dword 1
        jmp trap_entry

; ------------------------------------------------------------------ entry

; trap_entry: all vectors, with vector and error code pushed.
trap_entry:
        test dword [esp + 16], FLAG_VM | FLAG_AC ; the saved EFLAGS
        jnz odd_entry
trap_save:
; SOLUTION traps.2
; |         ; TODO traps.2: save the registers in the frame, take the kernel
; |         ; stack, call trap(thread), and leave.
; |         mov esp, kernel_stack_top
; |         mov eax, missing_entry
; |         call exercise_stop
        push ds
        push es
        push fs
        push gs
        pusha
        cld
        mov ecx, USER_DATA
        mov ds, ecx
        mov es, ecx
        mov ebx, esp                    ; the frame, and the thread
        mov eax, ebx
        test byte [esp + FRAME_CS], 3
        jz .from_kernel
        mov esp, kernel_stack_top
        call trap                       ; EAX: the thread to run
        jmp trap_leave

        ; A bug of the kernel's own: its frame has no esp and ss, and lies on
        ; whatever stack it was using.
.from_kernel:
        call trap_kernel                ; does not return
; END traps.2

; odd_entry: with AC set, ring 0 may touch what SMAP keeps from it; that is
; not for ring 3 to decide.
odd_entry:
        pushf                           ; where pusha is going to write
        and dword [esp], ~FLAG_AC
        popf
        test dword [esp + 16], FLAG_VM
        jz trap_save

; vm86_entry: a thread in virtual-8086 mode.  A processor lets only ring 0 go
; there; QEMU 7.2 lets ring 3, by an IRET with VM set.  Four segment registers
; more were pushed, so this frame begins VM86_EXTRA bytes before the thread.
%define VM86_EXTRA 16
vm86_entry:
        sub esp, 16                     ; ds, es, fs, gs are null by now
        pusha
        mov edx, USER_DATA
        mov ds, edx
        mov es, edx
        cld
        lea ebx, [esp + VM86_EXTRA]     ; the thread
        mov eax, ebx
        mov esp, kernel_stack_top
        call trap_vm86                  ; ends it: EAX is not EBX

; trap_leave: thread EBX has trapped, EAX is to run.
trap_leave:
; SOLUTION traps.2
; |         ; TODO traps.2
        cmp eax, ebx
        je trap_return
        call thread_switch
; END traps.2

; trap_return: restores thread EAX and goes on in ring 3.
global trap_return
trap_return:
; SOLUTION traps.8
; |         ; TODO traps.8: a thread that came by SYSENTER leaves by SYSEXIT.
        cmp dword [eax + FRAME_VECTOR], VECTOR_SYSENTER
        je sysenter_return
; END traps.8
; SOLUTION traps.2
; |         mov esp, kernel_stack_top
; |         mov eax, missing_return
; |         call exercise_stop
        mov esp, eax
        popa
        pop gs
        pop fs
        pop es
        pop ds
        add esp, 8                      ; vector and error code
        iret
; END traps.2

; --------------------------------------------------------------- SYSENTER

; sysenter_entry: a kernel call by SYSENTER (Intel SDM volume 2, SYSENTER).
; The processor brings CS and SS of ring 0 and IF = 0, and saves nothing.  By
; convention ECX is the caller's stack pointer, EDX its return address.
; ESP is the address of TSS.esp0, always: so no MSR is written at a switch.
; TF, NT, DF and AC are the caller's and must not stay.
; The fastest way through falls from here into sysenter_return.
global sysenter_entry
sysenter_entry:
; SOLUTION traps.8
; |         ; TODO traps.8: the same frame that `int` would have made; call(thread).
; |         mov esp, kernel_stack_top
; |         mov eax, missing_sysenter
; |         call exercise_stop
; |
; | sysenter_return:
; |         ; TODO traps.8: thread EAX goes on in ring 3 by SYSEXIT.
        mov esp, [esp]                  ; the end of the caller's frame
        push dword FLAG_ALWAYS          ; inside the frame, soon overwritten
        popf
        push dword USER_DATA            ; ss
        push ecx                        ; esp
        push dword FLAG_ALWAYS | FLAG_IF
        push dword USER_CODE
        push edx                        ; eip
        push dword 0                    ; error code
        push dword VECTOR_SYSENTER
        push dword USER_DATA            ; ds and es come back flat
        push dword USER_DATA
        push fs
        push gs
        pusha
        mov ecx, USER_DATA
        mov ds, ecx
        mov es, ecx
        mov ebx, esp                    ; the thread
        mov eax, ebx
        mov esp, kernel_stack_top
        call call                       ; EAX: the thread to run
        cmp eax, ebx
        jne trap_leave

sysenter_return:
        mov esp, eax
        popa
        pop gs
        pop fs
        mov edx, [esp + FRAME_EIP - 40]
        mov ecx, [esp + FRAME_ESP - 40]
        sti                             ; takes effect after the next instruction
        sysexit
; END traps.8

; --------------------------------------------------- faults with own stack

; The task gates of NMI and double fault come here on a stack of their own;
; see segments.c.  There is no way back.
global fatal_entry
extern fatal_trap
fatal_entry:
        cld
        call fatal_trap

section .rodata
; SOLUTION traps.2
; | ; Names for exercise_stop; they go when the exercises are done.
; | missing_entry:    db "traps.2", 0
; | missing_return:   db "traps.2", 0
; END traps.2
; SOLUTION traps.8
; | missing_sysenter: db "traps.8", 0
; END traps.8

section .note.GNU-stack noalloc noexec nowrite progbits
