/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that is freed all at once: what one command line needs.  And text that grows.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct pool {
    struct pool_block *blocks;
};

/* Zeros; NULL if there is not enough memory. */
void *pool_new(struct pool *pool, size_t size);
char *pool_text(struct pool *pool, const char *from, size_t length);
void pool_free(struct pool *pool);

/* Always with a zero at the end, which `length` does not count.  When there was no memory once, it stays `failed`. */
struct growing {
    char *text;
    size_t length, size;
    bool failed;
};

void growing_put(struct growing *g, char c);
void growing_add(struct growing *g, const char *text, size_t length);
void growing_cut(struct growing *g, size_t length); /* to this length, which it has or is above */
void growing_free(struct growing *g);

/* What is in it; "" at first. */
const char *growing_text(const struct growing *g);
