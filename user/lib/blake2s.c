/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BLAKE2s with a key of 32 bytes: RFC 7693, sections 3.1 to 3.3.
 */
#include "blake2s.h"

#include "text.h"

#define BLOCK  64
#define ROUNDS 10

static const uint32_t iv[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static const uint8_t sigma[ROUNDS][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static uint32_t
rotate(uint32_t word, unsigned by)
{
    return word >> by | word << (32 - by);
}

static void
mix(uint32_t *v, unsigned a, unsigned b, unsigned c, unsigned d, uint32_t x, uint32_t y)
{
    v[a] += v[b] + x;
    v[d] = rotate(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = rotate(v[b] ^ v[c], 12);
    v[a] += v[b] + y;
    v[d] = rotate(v[d] ^ v[a], 8);
    v[c] += v[d];
    v[b] = rotate(v[b] ^ v[c], 7);
}

static void
round_of(uint32_t *v, const uint32_t *m, const uint8_t *s)
{
    for (unsigned i = 0; i < 4; i++)
        mix(v, i, 4 + i, 8 + i, 12 + i, m[s[2 * i]], m[s[2 * i + 1]]);
    for (unsigned i = 0; i < 4; i++)
        mix(v, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, m[s[8 + 2 * i]], m[s[9 + 2 * i]]);
}

static void
compress(uint32_t h[8], const void *block, uint32_t counted, int last)
{
    uint32_t v[16], m[16];

    memcpy(m, block, sizeof(m));
    memcpy(v, h, 32);
    memcpy(v + 8, iv, 32);
    v[12] ^= counted;
    if (last)
        v[14] = ~v[14];
    for (unsigned i = 0; i < ROUNDS; i++)
        round_of(v, m, sigma[i]);
    for (unsigned i = 0; i < 8; i++)
        h[i] ^= v[i] ^ v[i + 8];
}

void
blake2s(uint8_t *code, size_t size, const uint8_t key[BLAKE2S_KEY], const void *text, size_t length)
{
    uint8_t data[3 * BLOCK] = {0}; /* the key fills the first block */
    uint32_t h[8];
    size_t total = BLOCK + length, at = 0;

    memcpy(data, key, BLAKE2S_KEY);
    memcpy(data + BLOCK, text, length);
    memcpy(h, iv, sizeof(h));
    h[0] ^= 0x01010000 ^ BLAKE2S_KEY << 8 ^ size;
    for (; at + BLOCK < total; at += BLOCK)
        compress(h, data + at, at + BLOCK, 0);
    compress(h, data + at, total, 1);
    memcpy(code, h, size);
}
