/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting for nothing but time.  At a door that nobody else knows nothing comes; who may not have one
 * lets others run instead.
 */
#include "sleep.h"

#include "manager.h"

void
sleep_milliseconds(uint32_t milliseconds)
{
    uint32_t start = clock_milliseconds(), gone;
    struct result door = door_new("", false, 0, 0);

    while ((gone = clock_milliseconds() - start) < milliseconds)
        if (door.error || receive(door.value, NULL, 0, milliseconds - gone).cookie != ERR_TIME)
            yield();
    if (!door.error)
        descriptor_close(door.value);
}
