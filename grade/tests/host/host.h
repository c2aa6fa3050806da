/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands around the kernel's files on the host: memory, two ways out, and
 * the bytes that decide what happens.
 */
#pragma once

#include "memory.h"

#include <sanitizer/asan_interface.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* expect.c: ends the run and says why. */
void expect(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* kernel.c: the kernel's frame.c, with memory at an address that a sanitizer leaves free */
void *host_memory(paddr_t address);
extern char (*host_kernel_end)[];
void host_forget(void);
paddr_t host_table(void);

/* machine.c */
#define DIRT 0xa5
enum ending { RETURNED, PANICKED, REFUSED };
enum ending host_try(void (*function)(const void *), const void *argument);
void host_open(paddr_t start, paddr_t end);
void host_close(paddr_t start, paddr_t end);

/* input.c: bytes; an input that is used up goes on with zeros. */
#define LONG_INPUT 1024

struct input {
    const uint8_t *at;
    const uint8_t *end;
};

uint32_t take(struct input *in, unsigned bytes);
uint32_t take_near(struct input *in, const uint32_t *places, unsigned count);
