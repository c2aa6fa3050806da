/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole stream in memory: see inputs.h.
 */
#include "inputs.h"

#include "heap.h"
#include "manager.h"

#define PAGE  4096u
#define SPARE 16 /* pages, for the stack and what else has not been touched yet */

void
large_heap(void)
{
    struct process_view me;
    uint32_t left = 0;

    if (!process_next(process_number().value, &me).error && me.pages_max > me.pages + SPARE)
        left = me.pages_max - me.pages - SPARE;
    heap_start(left * PAGE);
}

char *
read_all(struct stream *s, uint32_t *size)
{
    uint32_t room = 0;
    char *text = NULL;

    for (*size = 0;; (*size)++) {
        int c = getc(s);

        if (*size == room) {
            char *more = realloc(text, room = room ? 2 * room : PAGE);

            if (!more)
                return NULL;
            text = more;
        }
        text[*size] = c < 0 ? 0 : c;
        if (c < 0)
            return text;
    }
}
