/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kernel calls cost.  Run with `-icount shift=0`, where the time stamp
 * counter counts instructions; each line on the console is one result:
 * `bench NAME MIN MEAN MAX`.
 */
#include "call.h"
#include "text.h"

#define ROUNDS 2000

static inline uint32_t
now(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return low;
}

#define MEASURE(name, what)                                                             \
    do {                                                                                \
        uint32_t least = -1, most = 0, sum = 0;                                         \
                                                                                        \
        for (int i = 0; i < ROUNDS; i++) {                                              \
            uint32_t start = now(), length;                                             \
                                                                                        \
            what;                                                                       \
            length = now() - start - empty;                                             \
            least = length < least ? length : least;                                    \
            most = length > most ? length : most;                                       \
            sum += length;                                                              \
        }                                                                               \
        printf("bench %s %u %u.%02u %u\n", name, least, sum / ROUNDS, sum % ROUNDS * 100 / ROUNDS, most);\
    } while (0)

int
main(const struct boot_info *info)
{
    uint32_t start = now(), empty = now() - start;

    if (info->sysenter)
        MEASURE("null-call", call_sysenter(CALL_CLOCK, CALL_SELF, NULL, 0));
    MEASURE("null-call-int", call_int(CALL_CLOCK, CALL_SELF, NULL, 0));
    MEASURE("yield-alone", call_int(CALL_YIELD, CALL_SELF, NULL, 0));
    machine_stop(0);
}
