/* SPDX-License-Identifier: BSD-2-Clause */
#include "host.h"

uint32_t
take(struct input *in, unsigned bytes)
{
    uint32_t value = 0;

    for (; bytes && in->at < in->end; bytes--)
        value = value << 8 | *in->at++;
    return value;
}

/* A number near one of these places: bytes, pages or more beside it; now and then any number. */
uint32_t
take_near(struct input *in, const uint32_t *places, unsigned count)
{
    static const uint32_t units[] = {0, 1, 8, PAGE_SIZE, PAGE_SIZE, 32 * PAGE_SIZE};
    uint32_t how = take(in, 1);
    int8_t distance = take(in, 1);
    uint32_t unit = how / count % 8;

    if (unit >= sizeof(units) / sizeof(*units))
        return take(in, 4);
    return places[how % count] + distance * units[unit];
}
