/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines that were given: see history.h.
 */
#include "history.h"

#include "memory.h"
#include "text.h"

static char *lines[HISTORY]; /* line n is in place n % HISTORY */
static uint32_t count;

const char *
history_line(uint32_t back)
{
    if (back == 0 || back > count || back > HISTORY)
        return NULL;
    return lines[(count - back) % HISTORY];
}

void
history_add(const char *line)
{
    size_t size = strlen(line) + 1;
    char *copy;

    if (size == 1 || (history_line(1) && strcmp(history_line(1), line) == 0))
        return;
    copy = malloc(size);
    if (!copy)
        return;
    memcpy(copy, line, size);
    free(lines[count % HISTORY]);
    lines[count++ % HISTORY] = copy;
}

uint32_t
history_count(void)
{
    return count;
}

void
history_clear(void)
{
    for (uint32_t i = 0; i < HISTORY; i++) {
        free(lines[i]);
        lines[i] = NULL;
    }
    count = 0;
}
