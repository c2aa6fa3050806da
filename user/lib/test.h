/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For programs that the grader runs.  They do not judge: they report what they
 * saw, and the grader, outside the machine, knows what they should have seen.
 */
#pragma once

#include "call.h"
#include "text.h"

#define CHALLENGE_MAGIC 0x4c434847

/*
 * The grader writes this into the program's file before each run: a key with
 * which reports are signed, and numbers that decide what the program does.
 */
struct challenge {
    uint32_t magic;
    uint32_t seed;
    uint8_t key[32];
    uint32_t param[16];
};

extern volatile struct challenge challenge;

/* One signed line on COM2: `name=value`, at most 80 bytes of value. */
void report(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reports a value and an error, as `name=value error`. */
void report_result(const char *name, struct result r);

/* The last line; then the machine stops. */
void report_end(void) __attribute__((noreturn));

/* What the grader put behind the program's name: "" if nothing. */
const char *test_argument(const struct boot_info *info);

/* The processor's time stamp counter. */
static inline uint64_t
rdtsc(void)
{
    uint64_t value;

    __asm__ volatile("rdtsc" : "=A"(value));
    return value;
}
