/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An actor that asks for whatever there is about memory, with whatever it has, and touches what it gets: for pressure.c.
 */
#pragma once

#include "abi/disk.h"
#include "abi/object.h"
#include "sys/manager.h"
#include "text.h"

static uint32_t wild_state;

static uint32_t
any(uint32_t limit)
{
    wild_state = wild_state * 1664525u + 1013904223u;
    return (wild_state >> 8) % limit;
}

#define ANY_OF(list) (list)[any(sizeof(list) / sizeof(*(list)))]

static const uint32_t wild_functions[] = {
    PM_OBJECT, PM_OBJECT, PM_MAP_OBJECT, PM_MAP_OBJECT, PM_MAP_OBJECT, PM_PROTECT, PM_PROTECT, PM_ADVISE, PM_ADVISE, PM_SYNC, PM_OBJECT_STAT,
    PM_OBJECT_RESIZE, PM_OBJECT_DELETE, PM_WRITE_OBJECT, PM_PAGE_WINDOW, PM_PAGE_OPEN, PM_PAGE_OPEN, PM_PAGE_DIRTY, PM_PAGE_DONE, PM_PAGE_DONE,
    PM_WIRE, PM_SWAP, PM_MEMORY, PM_MAP, PM_MAP, PM_UNMAP, PM_DOOR, PM_CREATE, PM_DELETE, PM_READ_MEMORY, PM_RESOLVE, CALL_CLOSE,
    CALL_DUPLICATE, CALL_LOOK, CALL_RECEIVE, CALL_REPLY, CALL_REPLY_ERROR, CALL_PARK, CALL_ANSWER, DISK_LIST, DISK_OPEN,
    DISK_OPEN_WRITE, DISK_READ, DISK_WRITE, DISK_FLUSH, DISK_CLOSE, 0x7f8, 0x200,
};

static const uint32_t wild_numbers[] = {
    0, 0, 0, 1, 1, 2, 2, 3, 4, 7, 8, 16, 63, 64, 65, 256, 4095, 4096, 8192, 0x7ffff, 0x80000, 0x80001, 0xfffff, 0x100000, 0x10000, 0x10002,
    0x7fffffff, 0x80000000, 0xffffffff, 0xfffff000, MAP_BASE, MAP_BASE, MAP_BASE + 4096, MAP_BASE + 0x10000, MAP_LIMIT, MAP_LIMIT - 4096,
    STACK_TOP - 4096, 0x08000000, 0xbffff000, 0xc0000000,
};

static uint32_t wild_mapped[8]; /* where something has been mapped */

/* Perhaps it is there no more, or cannot be written: that is the actor's end. */
static void
touch_something(void)
{
    uint32_t at = ANY_OF(wild_mapped);

    if (at && any(3))
        (void)*(volatile uint32_t *)(at + any(2) * 4096);
    else if (at && any(8) == 0)
        *(volatile uint32_t *)at = 1;
}

static void
call_something(void)
{
    static uint8_t buffer[4096] __attribute__((aligned(4)));
    uint32_t function = ANY_OF(wild_functions), size = 4 * any(6), gives = any(3) ? 0 : any(4), word;
    struct reply r = {0};

    for (uint32_t i = 0; i < size; i += 4) {
        word = any(4) ? ANY_OF(wild_numbers) : any(64);
        memcpy(buffer + i, &word, 4);
    }
    if (function == PM_MAP_OBJECT && any(4)) { /* one that has a chance */
        memcpy(buffer, (uint32_t[]){MAP_BASE + any(4) * 0x10000, 1 + any(32), any(2) ? 2 : 0x10002, any(8)}, 16);
        size = 16, gives = 1;
    }
    if (function == PM_OBJECT && any(4)) {
        memcpy(buffer, (uint32_t[]){1 + any(3), any(64)}, 8);
        size = 8, gives = any(2);
    }
    for (uint32_t i = 0; i < gives; i++) {
        word = descriptor_word(any(24), any(2) ? RIGHTS_ALL : any(256), any(4) ? 0 : DESCRIPTOR_MOVE);
        memcpy(buffer + size + 4 * i, &word, 4);
    }
    if (function == CALL_RECEIVE)
        send(function, any(24), buffer, 4095u << 20 | (1 + any(3)));
    else
        r = send(function, any(8) && !(function & 7) ? 0 : any(24), buffer, call_sizes(any(4) ? 4095 : size + 4 * gives, size, gives));
    if ((function == PM_MAP || function == PM_MAP_OBJECT) && !r.error)
        ANY_OF(wild_mapped) = r.value;
}

static void
run_wild(uint32_t seed, uint32_t calls)
{
    wild_state = seed;
    for (uint32_t i = 0; i < calls; i++) {
        call_something();
        touch_something();
    }
}
