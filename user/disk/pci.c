/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI: see pci.h.
 */
#include "pci.h"

#include "ports.h"

#define ADDRESS PCI_PORTS
#define DATA    (PCI_PORTS + 4)
#define ENABLED 0x80000000u

#define SLOTS     32
#define FUNCTIONS 8

/* Registers of a function. */
#define ID      0x00
#define COMMAND 0x04
#define CLASS   0x08 /* and from bit 8 on: the programming interface */
#define HEADER  0x0c
#define BAR4    0x20
#define TIMING  0x40 /* of an 82371's first channel */

#define NOBODY          0xffffffffu
#define COMMAND_IO      1u
#define COMMAND_MASTER  4u
#define COMMAND_BITS    0xffffu /* the status is above, where ones clear */
#define CLASS_IDE       0x0101u
#define NATIVE          0x100u  /* the first channel is somewhere else */
#define MASTER          0x8000u
#define MANY_FUNCTIONS  0x800000u
#define BAR_IO          1u
#define INTEL           0x8086u
#define DECODES         0x8000u /* the channel answers at its ports */

/* Of a function on the first bus, which all PCs have. */
static uint32_t
address(uint32_t slot, uint32_t function, uint32_t at)
{
    return ENABLED | slot << 11 | function << 8 | at;
}

static uint32_t
get(uint32_t function, uint32_t at)
{
    out32(ADDRESS, function | at);
    return in32(DATA);
}

static void
put(uint32_t function, uint32_t at, uint32_t value)
{
    out32(ADDRESS, function | at);
    out32(DATA, value);
}

static bool
is_here(void)
{
    out32(ADDRESS, ENABLED);
    return in32(ADDRESS) == ENABLED;
}

static bool
is_controller(uint32_t function)
{
    uint32_t class;

    if (get(function, ID) == NOBODY)
        return false;
    class = get(function, CLASS);
    return class >> 16 == CLASS_IDE && class & MASTER && !(class & NATIVE);
}

/* Its address in configuration space, or 0. */
static uint32_t
find(void)
{
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        bool many = get(address(slot, 0, 0), HEADER) & MANY_FUNCTIONS;

        for (uint32_t i = 0; i < (many ? FUNCTIONS : 1); i++)
            if (is_controller(address(slot, i, 0)))
                return address(slot, i, 0);
    }
    return 0;
}

bool
pci_bus_master(uint16_t ports)
{
    uint32_t function = is_here() ? find() : 0, command;

    if (!function)
        return false;
    command = get(function, COMMAND) & COMMAND_BITS;
    put(function, COMMAND, command & ~(COMMAND_IO | COMMAND_MASTER)); /* it must not answer while its address changes */
    put(function, BAR4, ports | BAR_IO);
    if ((get(function, ID) & 0xffff) == INTEL)
        put(function, TIMING, get(function, TIMING) | DECODES);
    put(function, COMMAND, command | COMMAND_IO | COMMAND_MASTER);
    return (get(function, BAR4) & ~3u) == ports;
}
