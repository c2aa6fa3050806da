/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting the driver of the first serial line: see serial.h.
 */
#include "serial.h"

struct result
serial_start(const struct boot_info *info, uint32_t *door)
{
    struct pair pair = door_pair();
    struct start start = {
        .module = module_find(info, "serial"),
        .info = info,
        .priority = SERIAL_PRIORITY,
        .first_port = SERIAL_FIRST,
        .ports = SERIAL_PORTS,
        .give = {give_away(pair.owner), give_copy(CALL_MACHINE, RIGHT_WRITE)},
    };

    *door = pair.client;
    return start_program(&start);
}

void
serial_close(uint32_t door)
{
    descriptor_close(door);
    irq_bind(CALL_MACHINE, SERIAL_IRQ, 0, 0);
}

struct result
serial_read(uint32_t door, void *to, uint32_t size)
{
    static uint8_t buffer[CALL_DATA_MAX];
    struct outgoing out;
    struct incoming in;
    struct result r;

    outgoing_start(&out, buffer, size + 2 * sizeof(uint32_t));
    r = ask(SERIAL_READ, door, &out, &in);
    if (!r.error)
        get_bytes(&in, to, r.value);
    return r;
}
