/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replay SEED RUNS: without a fuzzer, inputs out of a seed.  The input that
 * fails is said: `replay THAT 1` gives it again.
 */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned long seed;

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled". */
static uint32_t
next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1d >> 32;
}

static void
run(uint64_t state)
{
    uint8_t data[2 * LONG_INPUT];
    size_t size = next(&state) % (next(&state) % 256 ? LONG_INPUT / 2 : 2 * LONG_INPUT);

    for (size_t i = 0; i < size; i++)
        data[i] = next(&state);
    LLVMFuzzerTestOneInput(data, size);
}

const char *
__asan_default_options(void)
{
    return "handle_abort=1";
}

static void
say_seed(void)
{
    fprintf(stderr, "seed %lu\n", seed);
}

int
main(int count, char **words)
{
    expect(count == 3, "replay SEED RUNS");
    __sanitizer_set_death_callback(say_seed);
    seed = strtoul(words[1], NULL, 0);
    for (unsigned long runs = strtoul(words[2], NULL, 0); runs; runs--, seed++)
        run(seed * 0x9e3779b97f4a7c15 + 1);
    return 0;
}
