/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What isolation.c starts in processes of its own.  It does what the page at
 * CHILD_ORDERS tells, which its parent sees too.
 */
#include "child.h"

#include "call.h"

int
main(const struct boot_info *info)
{
    volatile struct orders *orders = (void *)CHILD_ORDERS;

    (void)info;
    for (;;) {
        while (orders->act == CHILD_WAIT)
            yield();
        if (orders->act == CHILD_READ)
            orders->value = *(volatile uint32_t *)orders->address;
        else
            *(volatile uint32_t *)orders->address = orders->value;
        orders->act = CHILD_WAIT;
    }
}
