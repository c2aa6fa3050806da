/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BLAKE2s with a key: RFC 7693.  Test programs sign their verdicts with it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define BLAKE2S_KEY 32

/*
 * The code of `text`, at most 128 bytes, under `key`: `size` bytes (1 to 32)
 * to `code`.
 */
void blake2s(uint8_t *code, size_t size, const uint8_t key[BLAKE2S_KEY], const void *text, size_t length);
