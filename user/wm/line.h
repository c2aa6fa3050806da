/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is typed at a window, until somebody reads it.  It knows no doors.
 *
 * Keys are kept as they come.  Only when somebody wants a line are they shown and made one, so what was
 * typed ahead is shown where it is used, and a reader that wants raw keys finds them untouched.  While a
 * line is made:
 *
 *   Enter              it is complete
 *   Backspace, Ctrl-H  takes back a character
 *   Ctrl-W, Ctrl-U     take back a word, all
 *   Ctrl-D             at the beginning: the end of the stream; else what is there is complete
 *   Ctrl-C             drops the line
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TYPED_MAX 4096
#define TEXT_MAX  1024 /* bytes of a line, its end included */

struct line {
    void (*show)(struct line *line, const char *text, uint32_t size);
    uint8_t typed[TYPED_MAX]; /* a ring */
    uint32_t first, count;
    uint8_t text[TEXT_MAX];   /* the line, of which what has been read is gone */
    uint32_t size;
    bool complete;
    uint8_t escape;           /* how far in a sequence of the terminal, which is skipped */
};

/* A key: an Enter is "\n", whatever the terminal sends.  Without room it is lost. */
void line_type(struct line *l, uint8_t c);

static inline uint32_t
line_room(const struct line *l)
{
    return TYPED_MAX - l->count;
}

/* All of it is forgotten. */
void line_drop(struct line *l);

/* Makes a line of what was typed, as far as it goes. */
enum line_state { LINE_OPEN, LINE_COMPLETE, LINE_INTERRUPT };
enum line_state line_edit(struct line *l);

/* What a reader gets, at most `size` bytes: of a line that is complete, or raw keys.  It stays until line_taken(). */
uint32_t line_read(const struct line *l, bool raw, void *to, uint32_t size);
void line_taken(struct line *l, uint32_t count);
