/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands from a person at a window.
 */
#include "edit.h"
#include "history.h"
#include "interrupt.h"
#include "job.h"
#include "pipes.h"
#include "shell.h"
#include "source.h"
#include "sys/stream.h"
#include "variables.h"

#include "abi/errors.h"
#include "abi/pm.h"

#define PROMPT_MAX   300
#define CTRL_C       3
#define COLUMNS_ELSE 80 /* where nobody knows how many there are */

static void
write_window(const char *text, size_t size)
{
    putbytes(stdout, text, size);
}

static uint32_t
columns(void)
{
    struct stream_view view;

    return stream_stat(FD_IN, &view).error || view.size >> 16 == 0 ? COLUMNS_ELSE : view.size >> 16;
}

/* One key at a time: what was typed ahead may be for the program that is started next.  Without the window all ends. */
static enum edit_result
read_key(struct editor *e)
{
    char key;
    struct result r;

    flush(stdout);
    r = stream_read(FD_IN, 0, &key, 1, STREAM_RAW);
    if (r.error == ERR_INTERRUPT)
        return edit_key(e, CTRL_C);
    return r.error || r.value == 0 ? EDIT_END : edit_key(e, key);
}

/* What is to be done between two commands. */
static void
look_around(void)
{
    jobs_look();
    pipes_look();
    interrupt_clear();
}

static bool
window_line(struct source *s, bool more, struct growing *to)
{
    static struct editor editor = {.write = write_window};
    char prompt[PROMPT_MAX];
    enum edit_result result = EDIT_ON;

    if (!more)
        look_around();
    snprintf(prompt, sizeof(prompt), "%s $ ", variable_get("PWD", 3));
    edit_start(&editor, more ? "> " : prompt, columns());
    while (result == EDIT_ON)
        result = read_key(&editor);
    flush(stdout);
    s->dropped = result == EDIT_CANCEL;
    if (result == EDIT_END)
        return false;
    history_add(editor.line);
    growing_add(to, editor.line, editor.length);
    interrupt_clear();
    return true;
}

uint32_t
source_window(void)
{
    struct source s = {.next = window_line, .interactive = true};

    return source_run(&s);
}
