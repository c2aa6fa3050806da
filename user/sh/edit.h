/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Editing a line: from keys, as a VT100 sends them, to a line and what is to be written meanwhile.  The line
 * takes one row of the screen; of a longer one a part is shown.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EDIT_MAX 1024 /* bytes of a line, the zero included */

enum edit_result {
    EDIT_ON,     /* more keys, please */
    EDIT_LINE,   /* here it is */
    EDIT_END,    /* Ctrl-D, and nothing is in the line */
    EDIT_CANCEL, /* Ctrl-C */
};

struct editor {
    char line[EDIT_MAX];
    char kept[EDIT_MAX]; /* the new line, while one of the history is shown */
    uint32_t length, at; /* at: of the cursor */
    uint32_t first;      /* the first letter that is shown */
    uint32_t back;       /* so many lines back in the history */
    uint32_t columns;
    uint32_t number;     /* in a control sequence */
    uint8_t escape;      /* how much of a control sequence has come */
    const char *prompt;
    void (*write)(const char *text, size_t size);
};

/* Shows the prompt, of which as much is shown as leaves half of the row. */
void edit_start(struct editor *e, const char *prompt, uint32_t columns);

enum edit_result edit_key(struct editor *e, char key);

/* Shows everything again. */
void edit_show(struct editor *e);

/* Puts text where the cursor is; what does not fit is left out. */
void edit_insert(struct editor *e, const char *text, size_t length);
