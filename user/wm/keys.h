/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the keys of a PC keyboard mean: scan codes of set 1 become what a VT100 sends.  US layout.  It knows
 * no doors.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define KEY_TEXT 6

struct key {
    uint8_t window; /* 1 to 8: F1 to F8; else 0 */
    uint8_t size;
    char text[KEY_TEXT];
};

struct keyboard {
    uint8_t held;  /* which of shift, ctrl, alt and the locks: a bit each, left and right apart */
    uint8_t locks; /* that are not as at the beginning: caps lock off, num lock on */
    bool extended; /* a byte before says that this one is of the other keys */
    uint8_t skip;  /* so many bytes are no keys */
};

struct key keyboard_key(struct keyboard *k, uint8_t code);
