/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages as they are most often: for the files of this folder.  What a reply has too little or too much
 * of makes it an error, ERR_MESSAGE: servers are not believed.
 */
#pragma once

#include "message.h"

/* Some words, at most REQUEST_WORDS; the reply is a value. */
struct result ask_words(uint32_t function, uint32_t door, const uint32_t *words, uint32_t count);
#define REQUEST_WORDS 6

#define ASK(function, door, ...) \
    ask_words(function, door, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* The first `data` bytes of a view are the request; the reply fills it. */
struct result ask_view(uint32_t function, uint32_t door, void *view, uint32_t size, uint32_t data);

/* The result's value is the descriptor in the reply, `*value` the reply's value, if it is wanted. */
struct result ask_descriptor(uint32_t function, uint32_t door, struct outgoing *out, uint32_t *value);
