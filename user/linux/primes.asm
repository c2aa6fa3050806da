; SPDX-License-Identifier: BSD-2-Clause
;
; A program for Linux on the i386, which knows nothing of Lintel: a system call is
; `int 0x80`, with its number in EAX, its arguments in EBX, ECX and EDX, and the
; result in EAX, negative for an error.  user/tests/emulate.c runs it.

bits 32

%define CALL_EXIT   1
%define CALL_WRITE  4
%define CALL_GETPID 20
%define CALL_BRK    45
%define NO_CALL     9999

%define OUTPUT    1
%define NO_FILE   99
%define NO_MEMORY 16

%define LIMIT 10000

; say text, count: with the number in EAX behind the text.
%macro say 1
        mov ecx, %1
        mov edx, %1_end - %1
        call say_number
%endmacro

%macro text 2
%1:     db %2
%1_end:
%endmacro

section .text
global _start
_start:
        mov eax, [esp]                  ; argc
        say arguments

        mov eax, CALL_GETPID
        int 0x80
        cmp eax, 1
        sbb eax, eax
        inc eax                         ; 1, unless it was 0
        say number

        xor ebx, ebx
        mov eax, CALL_BRK
        int 0x80
        mov edi, eax                    ; where new memory begins
        lea ebx, [eax + LIMIT]
        mov eax, CALL_BRK
        int 0x80
        sub eax, edi
        say memory

        call sieve
        push eax
        say primes

        mov eax, CALL_WRITE
        mov ebx, NO_FILE
        int 0x80
        neg eax
        say no_file

        mov eax, CALL_WRITE
        mov ebx, OUTPUT
        mov ecx, NO_MEMORY
        mov edx, 8
        int 0x80
        neg eax
        say no_memory

        mov eax, NO_CALL
        int 0x80
        neg eax
        say no_call

        pop ebx
        mov eax, CALL_EXIT
        int 0x80
        hlt                             ; never reached

; The sieve of Eratosthenes in LIMIT bytes at EDI, which are zeros.  EAX: the primes.
sieve:
        xor eax, eax
        mov ecx, 2
.next:
        cmp byte [edi + ecx], 0
        jne .composite
        inc eax
        mov edx, ecx
.strike:
        mov byte [edi + edx], 1
        add edx, ecx
        cmp edx, LIMIT
        jb .strike
.composite:
        inc ecx
        cmp ecx, LIMIT
        jb .next
        ret

; Writes EDX bytes at ECX, the number EAX, and ends the line.
say_number:
        push edi
        push eax
        mov eax, CALL_WRITE
        mov ebx, OUTPUT
        int 0x80
        pop eax
        mov edi, digits_end - 1
        mov byte [edi], 10
        mov ebx, 10
.digit:
        xor edx, edx
        div ebx
        add dl, '0'
        dec edi
        mov [edi], dl
        test eax, eax
        jnz .digit
        mov eax, CALL_WRITE
        mov ebx, OUTPUT
        mov ecx, edi
        mov edx, digits_end
        sub edx, edi
        int 0x80
        pop edi
        ret

section .rodata
text arguments, "arguments: "
text number,    "my number is above zero: "
text memory,    "bytes of new memory: "
text primes,    "primes in it: "
text no_file,   "error of a write to no file: "
text no_memory, "error of a write of no memory: "
text no_call,   "error of no call: "

section .bss
digits:
        resb 16
digits_end:

section .note.GNU-stack noalloc noexec nowrite progbits
