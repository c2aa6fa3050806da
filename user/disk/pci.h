/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PCI function that is the IDE controller.  (PCI Local Bus Specification 2.3, 3.2.2.3.2 and 6.2; Intel 82371SB
 * data sheet, 2.3.)
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PCI_PORTS 0xcf8 /* eight of them */

/*
 * Finds a controller whose first channel is where PC disks always were, and which can be a bus master; its
 * registers for that are at `ports` then.  Nothing is taken from a BIOS.  False: there is none.
 */
bool pci_bus_master(uint16_t ports);
