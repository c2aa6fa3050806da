/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands around the programs' library on the host.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sanitizer/asan_interface.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* expect.c and input.c: see host.h. */
struct input {
    const uint8_t *at;
    const uint8_t *end;
};

uint32_t take(struct input *in, unsigned bytes);
void expect(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * trapped.c: `int CALL_VECTOR` becomes a call of this function, which finds the four words,
 * and leaves what comes back.
 */
struct trapped {
    uint32_t function, target, sizes;
    uint8_t *buffer;
};

extern void (*trapped_kernel)(struct trapped *call);
void trapped_open(void);
